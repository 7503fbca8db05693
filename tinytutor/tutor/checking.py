"""One check, from the student's notebook to what is recorded of it."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from tinytutor import __version__
from tinytutor.curriculum import Module
from tinytutor.notebooks.assembly import Assembly
from tinytutor.notebooks.lesson import Lesson
from tinytutor.notebooks.library import library_source
from tinytutor.notebooks.matching import Matching
from tinytutor.progress.events import AttemptFinished, Event, ModulePassed, new_id
from tinytutor.progress.outcomes import Scope, TestOutcome, TestStatus
from tinytutor.running.events import CellFinished, Job, RunEvent, RunFinished
from tinytutor.running.runner import Runner, job_of
from tinytutor.running.verdicts import Status, Verdict, judge

OnEvent = Callable[[RunEvent], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    verdicts: tuple[Verdict, ...]
    fault: str | None
    """What kept the run from doing its work."""
    seconds: float
    """From the request to the last event."""

    @property
    def passed(self) -> bool:
        """Every expected test ran and passed; no test at all is never a pass."""
        return (
            self.fault is None
            and bool(self.verdicts)
            and all(verdict.status is Status.PASSED for verdict in self.verdicts)
        )

    @property
    def ran(self) -> bool:
        """Whether any test came to a verdict: a kernel that would not start is no attempt."""
        return any(verdict.status is not Status.NOT_REACHED for verdict in self.verdicts)


async def run_tests(
    runner: Runner, lesson: Lesson, assembly: Assembly, on_event: OnEvent | None
) -> Outcome:
    """Runs an assembly in a clean kernel and judges it."""
    began = time.monotonic()
    job = replace(job_of(assembly), verdict_first=True)
    events = await collect(runner, job, on_event)
    verdicts = judge(lesson, assembly, events)
    return Outcome(verdicts, fault_of(events), time.monotonic() - began)


async def collect(runner: Runner, job: Job, on_event: OnEvent | None) -> list[RunEvent]:
    """All events of a run, each handed on as it comes."""
    events: list[RunEvent] = []
    async for event in runner.run(job):
        events.append(event)
        if on_event is not None:
            on_event(event)
    return events


def fault_of(events: Iterable[RunEvent]) -> str | None:
    """What kept a run from doing its work, None where nothing did."""
    return next((event.fault for event in events if isinstance(event, RunFinished)), None)


def problem_of(events: Sequence[RunEvent], cell_id: str) -> str | None:
    """What went wrong first in a run that was to show one cell; None where nothing did."""
    fault = fault_of(events)
    if fault:
        return fault
    for event in events:
        if isinstance(event, CellFinished) and event.error is not None:
            place = "" if event.cell_id == cell_id else f"{event.cell_id}: "
            return f"{place}{event.error.type}: {event.error.message}"
    return None


def attempt_events(
    module: Module,
    lesson: Lesson,
    matching: Matching,
    outcome: Outcome,
    *,
    exercise_id: str | None,
    notebook_sha256: str,
    course_version: str,
) -> tuple[Event, ...]:
    """What is recorded of a check, to be stored in one transaction."""
    from importlib.metadata import version  # noqa: PLC0415  10 ms, and no check ran so far

    attempt = AttemptFinished(
        attempt_id=new_id(),
        scope=Scope.EXERCISE if exercise_id else Scope.MODULE,
        passed=outcome.passed,
        tests=tuple(_recorded(verdict) for verdict in outcome.verdicts),
        notebook_sha256=notebook_sha256,
        tests_sha256=lesson.tests_sha256,
        course_version=course_version,
        tinytutor_version=__version__,
        python_version=platform.python_version(),
        numpy_version=version("numpy"),
        seconds=round(outcome.seconds, 3),
    )
    events = [Event(attempt, module_id=module.id, exercise_id=exercise_id)]
    if outcome.passed and exercise_id is None:
        solutions = {name: cell.source for name, cell in matching.solutions.items()}
        events.append(
            Event(
                ModulePassed(
                    attempt_id=attempt.attempt_id,
                    tests_sha256=lesson.tests_sha256,
                    export_name=lesson.export_name,
                    library_source=library_source(lesson, solutions),
                ),
                module_id=module.id,
            )
        )
    return tuple(events)


def _recorded(verdict: Verdict) -> TestOutcome:
    failure = verdict.failure
    return TestOutcome(
        test_id=verdict.test_id,
        exercise_id=verdict.exercise_id,
        status=TestStatus(verdict.status.value),
        points=verdict.points,
        message=verdict.message,
        error_type=failure.error_type if failure else "",
        mistake=failure.headline if failure and failure.error_type == "Mismatch" else "",
        seconds=round(verdict.seconds, 4),
    )
