"""Hidden tests: answers of the student's code, compared with the reference's outside the kernel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tinytutor.notebooks.probes import ProbeSource
from tinytutor.running.events import (
    CellFinished,
    CellStatus,
    Job,
    Probe,
    RunCell,
    RunEvent,
)
from tinytutor.running.plain_values import difference
from tinytutor.running.verdicts import Status

_PREFIX = "hidden-"


@dataclass(frozen=True, slots=True)
class HiddenVerdict:
    """What a hidden test came to."""

    exercise_id: str
    status: Status
    message: str = ""
    """In words that give no expected value away where none was computed by the student."""
    seconds: float = 0.0


def with_probes(job: Job, probes: Sequence[ProbeSource], seed: int, seconds: float) -> Job:
    """The job with the probes after all its cells: their source is sent only then.

    Args:
        job: the student's cells and the course's tests.
        probes: of the module.
        seed: of the generator that each probe gets.
        seconds: limit of wall time of each.
    """
    cells = tuple(
        RunCell(
            _PREFIX + probe.exercise_id,
            probe.source,
            seconds,
            probe=Probe(probe.function, seed),
        )
        for probe in probes
    )
    return replace(job, cells=(*job.cells, *cells))


def answers(events: Iterable[RunEvent]) -> dict[str, str]:
    """Exercise id → answer, of the probes that ended well."""
    return {
        event.cell_id.removeprefix(_PREFIX): event.answer
        for event in events
        if isinstance(event, CellFinished)
        and event.cell_id.startswith(_PREFIX)
        and event.status is CellStatus.OK
        and event.answer is not None
    }


def judge_hidden(
    probes: Iterable[ProbeSource], events: Iterable[RunEvent], right: Mapping[str, str]
) -> tuple[HiddenVerdict, ...]:
    """One verdict per probe. `right` has the reference's answers to the same seed."""
    finished = {e.cell_id: e for e in events if isinstance(e, CellFinished)}
    return tuple(
        _verdict(probe.exercise_id, finished.get(_PREFIX + probe.exercise_id), right)
        for probe in probes
    )


def _verdict(
    exercise_id: str, event: CellFinished | None, right: Mapping[str, str]
) -> HiddenVerdict:
    if event is None:
        return HiddenVerdict(exercise_id, Status.NOT_REACHED, "the run ended before this test")
    if event.status is CellStatus.TIMED_OUT:
        words = event.error.message if event.error else "it took too long"
        return HiddenVerdict(exercise_id, Status.TIMED_OUT, words, event.seconds)
    if event.status is not CellStatus.OK:
        error = event.error
        words = f"{error.type}: {error.message}" if error else "the kernel ended while this ran"
        return HiddenVerdict(exercise_id, Status.ERROR, words, event.seconds)
    words = difference(event.answer, right[exercise_id]) or ""
    status = Status.FAILED if words else Status.PASSED
    return HiddenVerdict(exercise_id, status, words, event.seconds)
