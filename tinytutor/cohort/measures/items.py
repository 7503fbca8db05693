"""Each test of the course as students met it: first tries, errors, mistakes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinytutor.cohort.records.cohort import DROPPED_DAYS, Cohort
from tinytutor.cohort.statistics.intervals import Share
from tinytutor.cohort.statistics.items import flags, item_rest_correlations

MOST_TESTS = 300
"""Tests of one module that are looked at: a forged record may name any number."""


@dataclass(frozen=True, slots=True)
class TestItem:
    """One test, on the first try of each student on written code."""

    __test__ = False  # for pytest

    module_id: str
    exercise_id: str
    test_id: str
    first_tries: Share
    """Passed at once, of those who tried."""
    correlation: float | None
    """With the other tests of the module, see `items`."""
    students: int
    """Who ran it at all."""
    never_passed: int
    """Of these, who has not passed it."""
    stopped_here: int
    """Of these, who has dropped out and had this test, unpassed, as the last one tried."""
    errors: int
    """Failed runs on written code, first tries and later ones."""
    mistakes: tuple[tuple[str, int], ...]
    """The commonest mistakes that the test named, with how many students made them."""

    @property
    def flags(self) -> tuple[str, ...]:
        """What is noticeable, in words."""
        return flags(self.first_tries.whole, self.first_tries.value, self.correlation)


def course_items(cohort: Cohort) -> tuple[TestItem, ...]:
    """Every test that enough runs show to be one, by module and in the order of its lesson."""
    counted = cohort.rows(
        f"""
        WITH absent AS (
            SELECT student FROM students WHERE last_at <
                (SELECT max(last_at) FROM students) - INTERVAL {DROPPED_DAYS} DAY
        ),
        stops AS (
            -- The test that a student who dropped out tried last without passing it.
            SELECT student, module_id, arg_max(test_id, (last_n, -place)) AS test_id
            FROM verdicts JOIN absent USING (student)
                JOIN (SELECT student, module_id FROM enrolments WHERE NOT completed)
                    USING (student, module_id)
            WHERE NOT passed AND last_n IS NOT NULL GROUP BY ALL
        ),
        stop_counts AS (SELECT module_id, test_id, count(*) AS stopped FROM stops GROUP BY ALL)
        SELECT module_id, any_value(exercise_id), test_id,
            count(*) FILTER (passed_first), count(*) FILTER (tried),
            count(*), count(*) FILTER (NOT passed), coalesce(any_value(stopped), 0), sum(errors)
        FROM verdicts LEFT JOIN stop_counts USING (module_id, test_id)
        GROUP BY module_id, test_id
        ORDER BY module_id, median(place), test_id
        """
    )
    correlations = _correlations(cohort)
    mistakes = _mistakes(cohort)
    items = []
    for module_id, exercise_id, test_id, passed, tried, *counts in counted:
        students, never_passed, stopped, errors = map(int, counts)
        items.append(
            TestItem(
                module_id=module_id,
                exercise_id=exercise_id or "",
                test_id=test_id,
                first_tries=Share(passed, tried),
                correlation=correlations.get((module_id, test_id)),
                students=students,
                never_passed=never_passed,
                stopped_here=stopped,
                errors=errors,
                mistakes=mistakes.get((module_id, test_id), ()),
            )
        )
    return tuple(items)


def _correlations(cohort: Cohort) -> dict[tuple[str, str], float | None]:
    names = {
        (number, item): (module_id, test_id)
        for number, item, module_id, test_id in cohort.rows(
            f"SELECT number, item, module_id, test_id FROM ({_NUMBERED_TESTS})", most=MOST_TESTS
        )
    }
    tries = cohort.arrays(
        f"""
        WITH tests AS ({_NUMBERED_TESTS}),
        people AS (SELECT student, row_number() OVER (ORDER BY student) - 1 AS row FROM students)
        SELECT tests.number, row, item, CAST(passed_first AS INTEGER) AS passed
        FROM verdicts JOIN tests USING (module_id, test_id) JOIN people USING (student)
        WHERE tried
        """,
        most=MOST_TESTS,
    )
    found: dict[tuple[str, str], float | None] = {}
    for number in np.unique(tries["number"]):
        mine = tries["number"] == number
        items = tries["item"][mine]
        people, rows = np.unique(tries["row"][mine], return_inverse=True)
        scores = np.full((len(people), items.max() + 1), np.nan)
        scores[rows, items] = tries["passed"][mine]
        for item, correlation in enumerate(item_rest_correlations(scores)):
            found[names[int(number), item]] = correlation
    return found


_NUMBERED_TESTS = """
    SELECT number, module_id, test_id,
        row_number() OVER (PARTITION BY number ORDER BY count(*) DESC, test_id) - 1 AS item
    FROM verdicts JOIN (SELECT DISTINCT module_id, number FROM enrolments) USING (module_id)
    WHERE tried GROUP BY number, module_id, test_id QUALIFY item < $most
"""
"""The tests of each module that were tried, the most tried first."""


def _mistakes(cohort: Cohort) -> dict[tuple[str, str], tuple[tuple[str, int], ...]]:
    rows = cohort.rows(
        """
        SELECT module_id, test_id, mistake, count(*) AS students
        FROM (SELECT module_id, test_id, unnest(mistakes) AS mistake FROM verdicts)
        GROUP BY module_id, test_id, mistake
        QUALIFY row_number() OVER (
            PARTITION BY module_id, test_id ORDER BY students DESC, mistake
        ) <= 3
        ORDER BY module_id, test_id, students DESC, mistake
        """
    )
    found: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for module_id, test_id, mistake, students in rows:
        found.setdefault((module_id, test_id), []).append((mistake, students))
    return {key: tuple(value) for key, value in found.items()}
