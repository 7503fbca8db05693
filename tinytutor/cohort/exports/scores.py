"""What a student gets for a module: from the instructor's own run where there was one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tinytutor.cohort.exports.enrolments import utc_text
from tinytutor.cohort.records.cohort import Cohort

PRECISION = 2


@dataclass(frozen=True, slots=True)
class Score:
    """One student's result in one module."""

    student: str
    module_id: str
    share: float | None
    """0 to 1, None where there is no result."""
    at: str | None
    """UTC of the pass."""
    remark: str
    """What the result rests on, for the student."""

    def points(self, most: float) -> float | None:
        """The share in points, never above `most`, with two decimals."""
        return None if self.share is None else round(min(max(self.share, 0.0), 1.0) * most, 2)


def reported_scores(cohort: Cohort) -> Iterator[Score]:
    """What the students' own machines reported, by student and module."""
    rows = cohort.rows(
        "SELECT student, module_id, result_passed, result_total, completed_at FROM enrolments "
        "ORDER BY student, number"
    )
    for student, module_id, passed, total, at in rows:
        share = passed / total if total else None
        remark = f"{passed} of {total} tests passed (self-reported)" if total else ""
        yield Score(student, module_id, share, utc_text(at), remark)


def graded_scores(
    cohort: Cohort, graded: Mapping[tuple[str, str], tuple[float, float]]
) -> Iterator[Score]:
    """What the instructor's own run came to: (student, module) → points and most points."""
    for score in reported_scores(cohort):
        points, most = graded.get((score.student, score.module_id), (0.0, 0.0))
        share = points / most if most else None
        remark = f"{points:g} of {most:g} points" if most else ""
        yield Score(score.student, score.module_id, share, score.at, remark)
