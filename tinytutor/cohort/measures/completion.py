"""Who completes what, where students stop, and how long completing takes."""

from __future__ import annotations

from dataclasses import dataclass

from tinytutor.cohort.records.cohort import DROPPED_DAYS, Cohort
from tinytutor.cohort.statistics.intervals import Share
from tinytutor.cohort.statistics.survival import SurvivalCurve, kaplan_meier


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far those come who start a module; every share is of `started`."""

    module_id: str
    students: int
    """All students of the cohort."""
    started: int
    first_pass: int
    """Passed at least one test."""
    all_passed: int
    """Passed each test at least once, if not all in one check."""
    completed: int
    dropped: int
    """Started, not completed, and no event anywhere for `DROPPED_DAYS`."""

    @property
    def going_on(self) -> int:
        """Started, not completed, not dropped."""
        return self.started - self.completed - self.dropped

    @property
    def completion(self) -> Share:
        """Completed, of those who started."""
        return Share(self.completed, self.started)

    def steps(self) -> tuple[tuple[str, int], ...]:
        """The steps in words, with who reached them."""
        return (
            ("started", self.started),
            ("first test passed", self.first_pass),
            ("every test passed once", self.all_passed),
            ("completed", self.completed),
        )


def funnels(cohort: Cohort) -> tuple[Funnel, ...]:
    """The funnel of each module of the course, in its order."""
    found = {
        module_id: counts
        for module_id, *counts in cohort.rows(
            f"""
            WITH sizes AS (
                -- The number of tests that most checks of the module saw.
                SELECT module_id, mode(result_total) AS tests FROM enrolments
                WHERE result_total > 0 GROUP BY ALL
            ),
            passes AS (
                SELECT student, module_id, count(*) AS passed
                FROM verdicts WHERE passed GROUP BY ALL
            ),
            absent AS (
                SELECT student, last_at <
                    (SELECT max(last_at) FROM students) - INTERVAL {DROPPED_DAYS} DAY AS is_absent
                FROM students
            )
            SELECT module_id,
                count(*) FILTER (started),
                count(*) FILTER (started AND (passed > 0 OR completed)),
                count(*) FILTER (started AND (passed >= tests OR completed)),
                count(*) FILTER (completed),
                count(*) FILTER (started AND NOT completed AND is_absent)
            FROM enrolments
                LEFT JOIN passes USING (student, module_id)
                LEFT JOIN sizes USING (module_id)
                LEFT JOIN absent USING (student)
            GROUP BY module_id
            """
        )
    }
    ((students,),) = cohort.rows("SELECT count(*) FROM students")
    return tuple(
        Funnel(module.id, students, *map(int, found.get(module.id, (0,) * 5)))
        for module in cohort.course.modules
    )


@dataclass(frozen=True, slots=True)
class TimeToComplete:
    """Active hours from the start to the first pass, the unfinished counted."""

    module_id: str
    curve: SurvivalCurve


def times_to_complete(cohort: Cohort) -> tuple[TimeToComplete, ...]:
    """The curve of each module, in the course's order."""
    found = cohort.arrays(
        "SELECT number, active_seconds / 3600 AS hours, completed FROM enrolments WHERE started"
    )
    return tuple(
        TimeToComplete(
            module.id,
            kaplan_meier(
                found["hours"][found["number"] == number],
                found["completed"][found["number"] == number],
            ),
        )
        for number, module in enumerate(cohort.course.modules)
    )
