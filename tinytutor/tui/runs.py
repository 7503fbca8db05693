"""A run as the screen shows it, folded from its events. Pure: reads no clock, draws nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tinytutor.running.events import (
    CellFinished,
    CellOutput,
    CellStarted,
    CellStatus,
    KernelReady,
    RunEvent,
)

UNWRITTEN = "unwritten"
"""Status of a test whose exercise is still the starter: nothing is wrong with it yet."""
_STATUS = {
    CellStatus.OK: "passed",
    CellStatus.ERROR: "failed",
    CellStatus.TIMED_OUT: "timed_out",
    CellStatus.DIED: "error",
}


class RunKind(StrEnum):
    """What was asked for."""

    EXERCISE = "exercise"
    MODULE = "module"
    EXPERIMENT = "experiment"


@dataclass(frozen=True, slots=True)
class Run:
    """A run under way."""

    kind: RunKind
    target: str
    """Id of the exercise, the module or the experiment cell."""
    tests: frozenset[str]
    """Ids of the test cells that it will run."""
    started: float
    """Monotonic time."""
    kernel_ready: bool = False
    current: str = ""
    """Id of the cell that runs."""
    statuses: Mapping[str, str] = field(default_factory=dict)
    """Test id → status, as far as known."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Test id → how long it took."""
    current_since: float = 0.0
    """Monotonic time at which the cell that runs has begun."""
    watched: frozenset[str] = frozenset()
    """Ids of cells whose output is shown in the lesson."""
    outputs: Mapping[str, tuple[CellOutput, ...]] = field(default_factory=dict)
    """What they have shown."""

    @property
    def done(self) -> int:
        """How many tests have ended."""
        return sum(status != "running" for status in self.statuses.values())

    def after(self, event: RunEvent, now: float = 0.0) -> Run:
        """The run after one more event, which came at this monotonic time."""
        match event:
            case KernelReady():
                return replace(self, kernel_ready=True)
            case CellStarted(cell_id):
                statuses = self.statuses
                if cell_id in self.tests:
                    statuses = {**statuses, cell_id: "running"}
                return replace(
                    self, kernel_ready=True, current=cell_id, current_since=now, statuses=statuses
                )
            case CellFinished(cell_id) if cell_id in self.tests:
                return replace(
                    self,
                    statuses={**self.statuses, cell_id: _status(event)},
                    seconds={**self.seconds, cell_id: event.seconds},
                )
            case CellOutput(cell_id) if cell_id in self.watched:
                shown = (*self.outputs.get(cell_id, ()), event)
                return replace(self, outputs={**self.outputs, cell_id: shown})
            case _:
                return self


def _status(finished: CellFinished) -> str:
    """As the verdict will have it, as far as the end of the cell tells."""
    error = finished.error.type if finished.error else ""
    if finished.status is not CellStatus.ERROR or error in ("", "Mismatch", "AssertionError"):
        return _STATUS[finished.status]
    return UNWRITTEN if error == "NotImplementedError" else "error"
