"""What the tests of an attempt came to, as it is kept in the log."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MESSAGE_LIMIT = 2_000
"""Characters kept of a test's message or a student's report; the rest is cut, visibly."""


def bounded(text: str) -> str:
    """The text, cut to `MESSAGE_LIMIT` characters with a mark where it was longer."""
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"


class Scope(StrEnum):
    """What an attempt ran."""

    MODULE = "module"
    EXERCISE = "exercise"


class TestStatus(StrEnum):
    """What a test came to."""

    __test__ = False  # for pytest, which takes the name for a class of tests

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    TIMED_OUT = "timed_out"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True)
class TestOutcome:
    """One test of an attempt."""

    __test__ = False  # as above

    test_id: str
    exercise_id: str
    status: TestStatus
    points: float = 0.0
    message: str = ""
    """Why it did not pass; at most `MESSAGE_LIMIT` characters are kept."""
    error_type: str = ""
    """The exception's class name, empty where none was raised."""
    mistake: str = ""
    """The headline of the typical mistake that the test recognised."""
    seconds: float = 0.0
    """Wall time of the test cell."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", bounded(self.message))

    @property
    def is_error(self) -> bool:
        """Whether it failed, raised or ran out of time. One that was not reached told nothing."""
        return self.status not in (TestStatus.PASSED, TestStatus.NOT_REACHED)
