"""What running a lesson showed, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a run ended."""

    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    MISSING_PACKAGE = "package missing"
    """It needs a third-party package that this machine lacks: nothing is known of the lesson."""
    UNSOLVED = "unsolved"
    """It stopped at a part that the student is to write."""
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the program."""

    outcome: Outcome
    error: str = ""
    """`ErrorType: text` of what ended it."""
    line: int = 1
    """Line of the program where it ended."""
    seconds: float = 0.0
    entered: frozenset[tuple[str, int]] = frozenset()
    """Name and first line of each function that ran, methods among them."""
    entered_in_main: frozenset[tuple[str, int]] = frozenset()
    """Those that ran while a main block did."""
    reached_main: bool = False
    boxed: bool = False
    """Whether it ran in the sandbox."""
    output: str = ""
    """The end of what it printed."""


@dataclass(frozen=True, slots=True)
class Execution:
    """The run with the library of earlier modules, and the one without it."""

    run: Run
    alone: Run | None = None
    """None where there is no library to be without."""
    why_not: str = ""
    """Why it was not run."""

    @property
    def ran(self) -> bool:
        """Whether the program was run at all."""
        return self.run.outcome is not Outcome.NOT_RUN

    @property
    def finished(self) -> bool:
        """Whether it came to its end, so that what did not run never runs."""
        return self.run.outcome is Outcome.PASSED


NOT_RUN = Execution(Run(Outcome.NOT_RUN), why_not="the review was asked not to run anything")
