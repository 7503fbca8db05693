"""Decides what each test came to, from the events of a run alone. Reads and runs nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tinytutor.notebooks.assembly import Assembly
from tinytutor.notebooks.lesson import Exercise, Lesson
from tinytutor.running.events import CellError, CellFinished, CellOutput, CellStatus, RunEvent
from tinytutor.running.failures import Failure, explain


class Status(StrEnum):
    """What a test came to."""

    PASSED = "passed"
    FAILED = "failed"
    """The answer is not what the test asks for."""
    ERROR = "error"
    """The code raised something of its own."""
    TIMED_OUT = "timed_out"
    NOT_REACHED = "not_reached"
    """It could not run: never a pass."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one test came to."""

    test_id: str
    exercise_id: str
    exercise_title: str
    points: float
    status: Status
    failure: Failure | None
    """Why, unless it passed."""
    output: str
    """What test and solution printed."""
    seconds: float
    """Wall time of the test cell."""

    @property
    def message(self) -> str:
        """The reason in one text, empty where it passed."""
        return self.failure.text if self.failure else ""


def judge(lesson: Lesson, assembly: Assembly, events: Iterable[RunEvent]) -> tuple[Verdict, ...]:
    """One verdict per test of the run, in the order of the lesson.

    A test passes only if its cell ended with the reply "ok"; no reply is never a pass.
    """
    collected = tuple(events)
    finished = {e.cell_id: e for e in collected if isinstance(e, CellFinished)}
    broken = {
        cell_id: event
        for cell_id, event in finished.items()
        if event.status is not CellStatus.OK and cell_id not in assembly.test_ids
    }
    return tuple(
        _verdict(lesson, exercise, finished, broken, assembly, collected)
        for exercise in lesson.exercises
        if exercise.test.id in assembly.test_ids
    )


def _verdict(
    lesson: Lesson,
    exercise: Exercise,
    finished: dict[str, CellFinished],
    broken: dict[str, CellFinished],
    assembly: Assembly,
    events: Sequence[RunEvent],
) -> Verdict:
    test = finished.get(exercise.test.id)
    status, failure = _outcome(lesson, exercise, test, broken, assembly)
    own_cells = (exercise.id, exercise.test.id)
    output = "".join(
        e.data
        for e in events
        if isinstance(e, CellOutput) and e.cell_id in own_cells and e.mime == "text/plain"
    )
    return Verdict(
        test_id=exercise.test.id,
        exercise_id=exercise.id,
        exercise_title=exercise.title,
        points=exercise.test.points,
        status=status,
        failure=failure,
        output=output,
        seconds=test.seconds if test else 0.0,
    )


def _outcome(
    lesson: Lesson,
    exercise: Exercise,
    test: CellFinished | None,
    broken: dict[str, CellFinished],
    assembly: Assembly,
) -> tuple[Status, Failure | None]:
    if exercise.id in assembly.missing:
        return Status.NOT_REACHED, Failure(
            f"the cell of this exercise is not in the notebook: `tinytutor reset "
            f"{lesson.module_id}` puts it back and keeps a copy of yours"
        )
    own = broken.get(exercise.id)
    if own is not None:
        status = Status.TIMED_OUT if own.status is CellStatus.TIMED_OUT else Status.ERROR
        return status, explain(_error_of(own, assembly), exercise, assembly)
    if test is None:
        return Status.NOT_REACHED, Failure("the run ended before this test")
    if test.status is CellStatus.OK:
        return Status.PASSED, None
    if test.status is CellStatus.TIMED_OUT:
        return Status.TIMED_OUT, explain(_error_of(test, assembly), exercise, assembly)
    error = _error_of(test, assembly)
    culprit = _broken_earlier(exercise, error, broken, assembly)
    if culprit is not None:
        return Status.NOT_REACHED, Failure(f"waits for exercise {culprit!r}, whose cell failed")
    status = Status.FAILED if error.type in ("Mismatch", "AssertionError") else Status.ERROR
    return status, explain(error, exercise, assembly)


def _error_of(event: CellFinished, assembly: Assembly) -> CellError:
    if event.error is not None:
        return event.error
    if event.status is CellStatus.TIMED_OUT:
        limit = assembly.limit_of(event.cell_id)
        return CellError("Timeout", f"still running after {limit:g} s, the limit of a cell")
    return CellError("KernelDied", "the kernel ended while this ran")


def _broken_earlier(
    exercise: Exercise, error: CellError, broken: dict[str, CellFinished], assembly: Assembly
) -> str | None:
    """The earlier exercise whose cell failed and whose names this test misses."""
    if error.type not in ("NameError", "AttributeError", "ImportError"):
        return None
    for cell_id in broken:
        names = set(_defined_names(assembly.source_of(cell_id)))
        if cell_id != exercise.id and any(f"'{name}'" in error.message for name in names):
            return cell_id
    return None


def _defined_names(source: str) -> Iterator[str]:
    """Names of the functions, classes and methods that a cell defines, as far as it parses."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        # A cell that doesn't parse still says its names at the start of its lines.
        for line in source.splitlines():
            words = line.strip().split("(")[0].rstrip(":").split()
            if len(words) == 2 and words[0] in ("def", "class"):
                yield words[1]
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
