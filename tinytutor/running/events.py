"""What a run reports while it happens, and its one-line JSON form between worker and runner."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from tinytutor.running.limits import MESSAGES, PROCESSES


class CellStatus(StrEnum):
    """How a cell ended."""

    OK = "ok"
    ERROR = "error"
    TIMED_OUT = "timed_out"
    DIED = "died"
    """The kernel ended while the cell ran."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A function of a cell that is called, and whose answer is compared outside the kernel."""

    function: str
    seed: int
    """Of the generator that it is given."""


@dataclass(frozen=True, slots=True)
class RunCell:
    """A cell to run."""

    id: str
    source: str
    seconds: float
    """Limit of wall time."""
    is_test: bool = False
    probe: Probe | None = None

    @property
    def is_apart(self) -> bool:
        """Tests and probes leave nothing behind: a new kernel does not run them again."""
        return self.is_test or self.probe is not None


@dataclass(frozen=True, slots=True)
class Job:
    """Cells to run from the top in a clean kernel."""

    cells: tuple[RunCell, ...]
    seconds: float
    """Limit of wall time for all cells, kernel start excluded."""
    memory_mib: int
    output_bytes: int
    """Kept per cell."""
    processes: int = PROCESSES
    """Of the kernel, with all that its cells start."""
    messages: int = MESSAGES
    """Shown per cell."""
    slowness: float = 1.0
    """How much slower than the author's this machine is; all limits of time contain it."""
    verdict_first: bool = False
    """Whether the last event comes before the kernel is gone; otherwise what comes after the run
    has nothing to fear from it."""

    def on_machine(self, slowness: float) -> Job:
        """The job with limits of time for a machine that is slower than the author's."""
        return replace(
            self,
            cells=tuple(replace(cell, seconds=cell.seconds * slowness) for cell in self.cells),
            seconds=self.seconds * slowness,
            slowness=slowness,
        )

    def begins_with(self, other: Job) -> bool:
        """Whether its first cells are all those of the other one, under the same limits."""
        beginning = self.cells[: len(other.cells)]
        return replace(self, cells=beginning, verdict_first=other.verdict_first) == other


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a traceback."""

    cell_id: str | None
    """The cell that the line stands in, or None for a file."""
    file: str
    line: int
    """From 1, within the cell or file."""
    function: str


@dataclass(frozen=True, slots=True)
class CellError:
    """An exception that a cell raised."""

    type: str
    message: str
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class KernelReady:
    """A kernel answers."""

    pid: int
    seconds: float
    """From the request to the answer; about 0 where a kernel was waiting."""


@dataclass(frozen=True, slots=True)
class CellStarted:
    """A cell begins to run."""

    cell_id: str


@dataclass(frozen=True, slots=True)
class CellOutput:
    """Something that a cell shows: text, or a picture."""

    cell_id: str
    mime: str
    """`text/plain` with escapes removed, or `image/png` (base64)."""
    data: str
    is_warning: bool = False
    """Whether it came on the error stream."""


@dataclass(frozen=True, slots=True)
class CellFinished:
    """A cell has ended."""

    cell_id: str
    status: CellStatus
    seconds: float
    """Wall time."""
    error: CellError | None = None
    answer: str | None = None
    """Of a probe: what it returned, as `plain_values` wrote it in the kernel."""


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over; `fault` says what kept it from doing its work, if anything did."""

    seconds: float
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """Asked of the kernel that has run what stands before an exercise."""

    code: str
    cursor: int
    """Position in `code`, in characters."""
    describe: bool = False
    """Whether the documentation is wanted, not how the name may go on."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the kernel answered."""

    texts: tuple[str, ...]


RunEvent = KernelReady | CellStarted | CellOutput | CellFinished | RunFinished | Answered

_KINDS: dict[str, type[RunEvent]] = {
    kind.__name__: kind
    for kind in (KernelReady, CellStarted, CellOutput, CellFinished, RunFinished, Answered)
}


def to_line(event: RunEvent) -> str:
    """The event as one line of JSON."""
    return json.dumps({"kind": type(event).__name__, **asdict(event)})


def from_line(line: str | bytes) -> RunEvent:
    """The event of a line that `to_line` wrote. Raises ValueError for anything else."""
    try:
        fields: dict[str, Any] = json.loads(line)
        kind = _KINDS[fields.pop("kind")]
        if kind is CellFinished:
            fields["status"] = CellStatus(fields["status"])
            if fields["error"] is not None:
                frames = tuple(Frame(**frame) for frame in fields["error"].pop("frames"))
                fields["error"] = CellError(**fields["error"], frames=frames)
        elif kind is Answered:
            fields["texts"] = tuple(fields["texts"])
        return kind(**fields)
    except (KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"not an event of a run: {line!r:.200} ({problem!r})") from None


def job_of_fields(fields: dict[str, Any]) -> Job:
    """The job of what `dataclasses.asdict` made of it."""
    return Job(**{**fields, "cells": tuple(_cell(cell) for cell in fields["cells"])})


def _cell(fields: dict[str, Any]) -> RunCell:
    probe = fields.get("probe")
    return RunCell(**{**fields, "probe": Probe(**probe) if probe else None})
