"""What can happen in a workspace, as values. Nothing is ever changed: state is folded from these.

A new kind is a frozen dataclass here, listed in `Recorded`. A new field gets a default;
where the meaning of a kind changes, its `schema_version` goes up. The envelope (`Event`) stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import get_args

from tinytutor.progress.clock import boot_seconds, utc_now
from tinytutor.progress.outcomes import Scope, TestOutcome, bounded


class ActivitySource(StrEnum):
    """What kept the clock of active time running."""

    INPUT = "input"
    RUN = "run"
    SAVE = "save"


@dataclass(frozen=True, slots=True)
class WorkspaceCreated:
    """The workspace was made."""

    kind = "workspace_created"
    schema_version = 1

    course_id: str
    course_version: str
    tinytutor_version: str


@dataclass(frozen=True, slots=True)
class ModuleStarted:
    """The student got the module's starter."""

    kind = "module_started"
    schema_version = 1


@dataclass(frozen=True, slots=True)
class Activity:
    """The student was active during the seconds before this."""

    kind = "activity"
    schema_version = 1

    seconds: float
    """Up to one tick, see `active_time.TICK_SECONDS`."""
    source: ActivitySource
    place: str = ""
    """Id of the cell, title of the section or name of the screen."""


@dataclass(frozen=True, slots=True)
class CodeSaved:
    """The module's notebook was saved."""

    kind = "code_saved"
    schema_version = 1

    code_sha256: str
    """Of the notebook's code, not of its outputs."""
    outside: bool = True
    """Whether an editor other than the app's own wrote it: only such saves tell active time."""


@dataclass(frozen=True, slots=True)
class AttemptFinished:
    """A check of a module, or a run of one exercise's tests, came to an end."""

    kind = "attempt_finished"
    schema_version = 1

    attempt_id: str
    scope: Scope
    passed: bool
    """Every test that the scope expects was run and passed."""
    tests: tuple[TestOutcome, ...]
    notebook_sha256: str
    tests_sha256: str
    """`Lesson.tests_sha256` of the lesson whose tests ran."""
    course_version: str
    tinytutor_version: str
    python_version: str
    numpy_version: str
    seconds: float
    """Wall time of the whole attempt."""


@dataclass(frozen=True, slots=True)
class ModulePassed:
    """All tests of the module passed in one check; appended together with that attempt."""

    kind = "module_passed"
    schema_version = 1

    attempt_id: str
    tests_sha256: str
    export_name: str
    """The library file without `.py`."""
    library_source: str
    """The whole text of that file: the library can be written again from the log alone."""


@dataclass(frozen=True, slots=True)
class HintShown:
    """A hint for the exercise was shown."""

    kind = "hint_shown"
    schema_version = 1

    step: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class SolutionShown:
    """The reference solution of the exercise was shown."""

    kind = "solution_shown"
    schema_version = 1


@dataclass(frozen=True, slots=True)
class ModuleReset:
    """The module's notebook (or the cell of the exercise) went back to its starter."""

    kind = "module_reset"
    schema_version = 1


@dataclass(frozen=True, slots=True)
class ConfusionReported:
    """The student said: I don't understand this."""

    kind = "confusion_reported"
    schema_version = 1

    place: str = ""
    """Id of the cell or title of the section."""
    text: str = ""
    """In the student's words, may be empty; bounded as a test's message is."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", bounded(self.text))


@dataclass(frozen=True, slots=True)
class Overridden:
    """The student opened a locked module by choice."""

    kind = "overridden"
    schema_version = 1


@dataclass(frozen=True, slots=True)
class MilestoneRun:
    """A milestone's program ran to its end with the student's library."""

    kind = "milestone_run"
    schema_version = 1

    milestone_id: str
    seed: int
    reached: bool
    """Whether its gate was reached."""
    figures: str
    """What the program measured, as a JSON object."""
    seconds: float
    """Wall time."""


@dataclass(frozen=True, slots=True)
class PredictionMade:
    """The student said what an experiment will show, before it ran."""

    kind = "prediction_made"
    schema_version = 1

    cell_id: str
    """Of the question."""
    text: str
    """In the student's words; bounded as a test's message is."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", bounded(self.text))


@dataclass(frozen=True, slots=True)
class QuizAnswered:
    """A question of a module that has passed was answered in a later session."""

    kind = "quiz_answered"
    schema_version = 1

    question_id: str
    choice: int
    """From 1."""
    correct: bool


@dataclass(frozen=True, slots=True)
class PuzzleTried:
    """The student put the lines of an exercise's solution in an order."""

    kind = "puzzle_tried"
    schema_version = 1

    correct: bool


@dataclass(frozen=True, slots=True)
class Opaque:
    """An event that this version can't read: kept as it came, counted nowhere."""

    kind: str
    schema_version: int
    raw: Mapping[str, object] = field(hash=False)
    """The whole JSON object."""
    problem: str = ""
    """What is wrong with it; empty where it comes from a newer version."""


Recorded = (
    WorkspaceCreated
    | ModuleStarted
    | Activity
    | CodeSaved
    | AttemptFinished
    | ModulePassed
    | HintShown
    | SolutionShown
    | ModuleReset
    | ConfusionReported
    | Overridden
    | MilestoneRun
    | PredictionMade
    | QuizAnswered
    | PuzzleTried
)
"""The kinds that this version knows."""
What = Recorded | Opaque

KINDS: Mapping[str, type[Recorded]] = {what.kind: what for what in get_args(Recorded)}


def new_id() -> str:
    """A fresh random id: uuid4 as 32 hex digits."""
    import uuid  # noqa: PLC0415  3 ms, and commands that only read need none

    return uuid.uuid4().hex


@cache
def session_id() -> str:
    """The id of this run of the program."""
    return new_id()


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, with where and when. Made without the latter it happens now."""

    what: What
    module_id: str | None = None
    exercise_id: str | None = None
    event_id: str = field(default_factory=new_id)
    """Unique everywhere: dropping duplicates goes by it."""
    at: str = field(default_factory=utc_now)
    """UTC, see `clock.utc_now`. For people and calendars; the order is that of `sequence`."""
    boot_seconds: float = field(default_factory=boot_seconds)
    """See `clock.boot_seconds`: for durations within one session."""
    session: str = field(default_factory=session_id)
    """The run of the program that saw it."""
    sequence: int = 0
    """Its place in the store, from 1; 0 before it is stored."""
