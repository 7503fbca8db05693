"""What the module screen knows, as one value. Pure: reads nothing, draws nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tinytutor.notebooks.lesson import CellKind, Exercise, Lesson, Section
from tinytutor.running.verdicts import Verdict
from tinytutor.tui.runs import UNWRITTEN, Run, RunKind

if TYPE_CHECKING:
    from tinytutor.tutor.hints import Hint


@dataclass(frozen=True, slots=True)
class ModuleState:
    """A module on screen."""

    lesson: Lesson
    section_index: int = 0
    exercise_index: int = 0
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    """Last verdict by exercise, of this sitting."""
    passed_before: frozenset[str] = frozenset()
    """Exercises whose test passed at the last check of an earlier sitting."""
    outdated: frozenset[str] = frozenset()
    """Exercises whose code changed since their verdict."""
    hints: Mapping[str, tuple[Hint, ...]] = field(default_factory=dict)
    run: Run | None = None
    said: str = ""
    """What the last run came to as a whole."""
    problem: str = ""
    """What kept the last command from doing its work."""
    unfolded: bool = False
    """Whether the traceback of a failure is shown whole."""
    offers_puzzle: bool = False
    """Whether the exercise in the editor has failed twice and has a puzzle."""
    has_earlier: bool = False
    """Whether a failure may come from an earlier module."""

    @property
    def section(self) -> Section:
        """The section on screen."""
        return self.lesson.sections[self.section_index]

    @property
    def exercise(self) -> Exercise | None:
        """The exercise in the editor; None in a lesson without any."""
        exercises = self.lesson.exercises
        return exercises[self.exercise_index] if exercises else None

    @property
    def exercise_id(self) -> str:
        """Its id, or nothing."""
        return self.exercise.id if self.exercise else ""

    @property
    def verdict(self) -> Verdict | None:
        """The last verdict of the exercise in the editor."""
        return self.verdicts.get(self.exercise_id)

    @property
    def current(self) -> Verdict | None:
        """That verdict as long as it holds: the code is the one that was judged."""
        return None if self.exercise_id in self.outdated else self.verdict

    @property
    def marked_line(self) -> int | None:
        """The line of the editor, from 1, that the failure passed through."""
        failure = self.current.failure if self.current else None
        at = failure.at if failure else None
        return at.line if at is not None and at.cell_id == self.exercise_id else None

    @property
    def passed_count(self) -> int:
        """How many exercises pass, as far as known."""
        return sum(self.status(exercise) == "passed" for exercise in self.lesson.exercises)

    @property
    def next_title(self) -> str | None:
        """Title of the section that follows."""
        following = self.lesson.sections[self.section_index + 1 :]
        return following[0].title if following else None

    @property
    def experiments(self) -> tuple[str, ...]:
        """Ids of the section's experiments."""
        return tuple(c.id for c in self.section.cells if c.kind is CellKind.EXPERIMENT)

    def status(self, exercise: Exercise) -> str:
        """Status of an exercise's test: of the run under way, else the last known, else nothing."""
        if self.run is not None and exercise.test.id in self.run.tests:
            return self.run.statuses.get(exercise.test.id, "")
        if exercise.id in self.verdicts and exercise.id not in self.outdated:
            return shown_status(self.verdicts[exercise.id])
        if exercise.id in self.passed_before and exercise.id not in self.outdated:
            return "passed"
        return ""

    def to_section(self, index: int) -> ModuleState:
        """Another section, and with it its exercise; beyond either end it stays."""
        index = max(0, min(index, len(self.lesson.sections) - 1))
        exercise_id = self.lesson.sections[index].exercise_id
        found = [n for n, e in enumerate(self.lesson.exercises) if e.id == exercise_id]
        exercise_index = found[0] if found else self.exercise_index
        return replace(self, section_index=index, exercise_index=exercise_index)

    def to_exercise(self, index: int) -> ModuleState:
        """Another exercise, and with it its section; beyond either end it stays."""
        if not self.lesson.exercises:
            return self
        index = max(0, min(index, len(self.lesson.exercises) - 1))
        wanted = self.lesson.exercises[index].id
        found = [n for n, s in enumerate(self.lesson.sections) if s.exercise_id == wanted]
        section_index = found[0] if found else self.section_index
        return replace(self, section_index=section_index, exercise_index=index)

    def exercise_on(self, step: int) -> ModuleState:
        """The next exercise (`step` 1) or the one before (-1), as seen from the section on screen.

        From the introduction the next one is the first, though that is in the editor already.
        """
        here = self.to_exercise(self.exercise_index).section_index
        on_the_way = self.section_index < here if step > 0 else self.section_index > here
        return self.to_exercise(self.exercise_index + (0 if on_the_way else step))

    def to_first_failure(self) -> ModuleState:
        """Where the exercise on screen passes and another does not: at the first that does not."""
        if self.exercise is None or self.status(self.exercise) != "passed":
            return self
        failing = [n for n, e in enumerate(self.lesson.exercises) if self.status(e) != "passed"]
        return self.to_exercise(failing[0]) if failing else self

    def index_of(self, exercise_id: str) -> int:
        """Place of an exercise in the lesson; the one in the editor for an unknown id."""
        ids = [exercise.id for exercise in self.lesson.exercises]
        return ids.index(exercise_id) if exercise_id in ids else self.exercise_index

    def first_to_do(self) -> ModuleState:
        """At the first exercise that has not passed; at the beginning where nothing has."""
        statuses = [self.status(exercise) for exercise in self.lesson.exercises]
        if "passed" not in statuses or all(status == "passed" for status in statuses):
            return self
        return self.to_exercise(next(n for n, s in enumerate(statuses) if s != "passed"))

    def tests_of(self, kind: RunKind, target: str) -> frozenset[str]:
        """Ids of the tests that such a run executes."""
        if kind is RunKind.MODULE:
            return frozenset(exercise.test.id for exercise in self.lesson.exercises)
        if kind is RunKind.EXERCISE:
            return frozenset({self.lesson.exercise(target).test.id})
        return frozenset()

    def watched(self, kind: RunKind, target: str) -> frozenset[str]:
        """Ids of the cells whose output such a run shows in the lesson."""
        given = {cell.id for cell in self.lesson.of_kind(CellKind.GIVEN)}
        return frozenset(given | {target} if kind is RunKind.EXPERIMENT else given)

    def started(self, run: Run) -> ModuleState:
        """With a run under way; what the one before came to as a whole is over."""
        return replace(self, run=run, said="", problem="")

    def stopped(self, problem: str) -> ModuleState:
        """After a run that came to nothing, and why."""
        return replace(self, run=None, problem=problem)

    def judged(
        self, verdicts: Iterable[Verdict], said: str, problem: str = "", edited: Iterable[str] = ()
    ) -> ModuleState:
        """After a run that came to these verdicts; `edited` changed while it was under way."""
        new = {verdict.exercise_id: verdict for verdict in verdicts}
        return replace(
            self,
            verdicts={**self.verdicts, **new},
            outdated=(self.outdated - set(new)) | set(edited),
            run=None,
            said=said,
            problem=problem,
        )

    def typed(self, exercise_id: str) -> ModuleState:
        """After the code of an exercise changed."""
        return replace(self, outdated=self.outdated | {exercise_id})

    def hinted(self, exercise_id: str, hints: Sequence[Hint]) -> ModuleState:
        """With these hints of an exercise on screen, from the first step."""
        return replace(self, hints={**self.hints, exercise_id: tuple(hints)})

    def title_of(self, cell_id: str) -> str:
        """How a cell is called on screen: by its exercise, else by its section."""
        for exercise in self.lesson.exercises:
            if cell_id in (exercise.id, exercise.test.id):
                return exercise.title
        for section in self.lesson.sections:
            if any(cell.id == cell_id for cell in section.cells):
                return section.title
        return cell_id


def shown_status(verdict: Verdict) -> str:
    """A verdict's status as it is shown: an exercise not begun is no error."""
    unwritten = verdict.failure and verdict.failure.error_type == "NotImplementedError"
    return UNWRITTEN if unwritten else str(verdict.status)
