"""What grading a notebook came to, and the line of the journal that keeps it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

SCHEMA_VERSION = 1


class GradedStatus(StrEnum):
    """What a submission came to."""

    PASSED = "passed"
    FAILED = "failed"
    """At least one test did not pass."""
    TIMED_OUT = "timed_out"
    """The notebook as a whole ran out of time."""
    CRASHED = "crashed"
    """The run broke off; the tests before that count."""
    UNREADABLE = "unreadable"
    """No notebook that can be run."""


@dataclass(frozen=True, slots=True)
class GradedTest:
    """One test in the instructor's own run."""

    test_id: str
    exercise_id: str
    status: str
    """passed, failed, error, timed_out or not_reached."""
    points: float
    """What it is worth."""
    message: str = ""
    seconds: float = 0.0
    is_hidden: bool = False
    """One of the instructor's own, which no student sees."""


@dataclass(frozen=True, slots=True)
class GradedNotebook:
    """What one notebook came to."""

    status: GradedStatus
    tests: tuple[GradedTest, ...] = ()
    seconds: float = 0.0
    """Wall time of the run."""
    fault: str = ""
    """What kept the run from doing its work, in words; empty where nothing did."""
    notes: tuple[str, ...] = ()
    """About the notebook: repairs, duplicates, edited tests."""

    @property
    def points(self) -> float:
        """Of the tests that passed."""
        return sum(test.points for test in self.tests if test.status == "passed")

    @property
    def most_points(self) -> float:
        """Of all tests."""
        return sum(test.points for test in self.tests)


class Agreement(StrEnum):
    """How the instructor's run compares with what the student's machine reported."""

    SAME = "same"
    DIFFERENT = "different"
    UNREPORTED = "unreported"
    """The student's machine reported no check of this very notebook."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A test on which the two runs disagree."""

    test_id: str
    reported: str
    graded: str


@dataclass(frozen=True, slots=True)
class GradedSubmission:
    """One line of the journal."""

    key: str
    """Of the student, the module, the notebook and the tests: the same work is done once."""
    student: str
    module_id: str
    notebook_sha256: str
    """Of the notebook's file in the bundle."""
    graded: GradedNotebook
    agreement: Agreement = Agreement.UNREPORTED
    differences: tuple[Difference, ...] = field(default_factory=tuple)


def to_line(submission: GradedSubmission) -> str:
    """The submission as one line of JSON, without the line end."""
    fields = {"schema_version": SCHEMA_VERSION, **asdict(submission)}
    return json.dumps(fields, separators=(",", ":"))


def from_line(line: str | bytes) -> GradedSubmission:
    """The submission of a line. Raises ValueError for anything else."""
    try:
        raw = json.loads(line)
        if raw.pop("schema_version") != SCHEMA_VERSION:
            raise ValueError("of another version")
        graded = raw.pop("graded")
        return GradedSubmission(
            **{
                **raw,
                "agreement": Agreement(raw["agreement"]),
                "differences": tuple(Difference(**each) for each in raw["differences"]),
                "graded": _graded(graded),
            }
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise ValueError(f"no graded submission ({problem!r})") from None


def graded_to_json(graded: GradedNotebook) -> dict[str, Any]:
    """A result as plain values, for a journey between processes."""
    return asdict(graded)


def _graded(raw: Mapping[str, Any]) -> GradedNotebook:
    return GradedNotebook(
        status=GradedStatus(raw["status"]),
        tests=tuple(GradedTest(**test) for test in raw["tests"]),
        seconds=float(raw["seconds"]),
        fault=str(raw["fault"]),
        notes=tuple(map(str, raw["notes"])),
    )


graded_from_json = _graded


def points_by_student(
    submissions: Iterable[GradedSubmission],
) -> dict[tuple[str, str], tuple[float, float]]:
    """(student, module) → points and most points; the last line of each counts."""
    return {
        (each.student, each.module_id): (each.graded.points, each.graded.most_points)
        for each in submissions
    }
