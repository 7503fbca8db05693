"""Where students said that they don't understand, and the words of those who agreed to it."""

from __future__ import annotations

from dataclasses import dataclass

from tinytutor.cohort.records.cohort import Cohort

MOST_WORDS = 20
"""Reports quoted of one place."""


@dataclass(frozen=True, slots=True)
class ConfusingPlace:
    """A place that was reported."""

    module_id: str
    place: str
    """Exercise id, else cell or section; empty where the report names none."""
    reports: int
    students: int
    words: tuple[str, ...]
    """Of students who chose to hand their words in; not in the order of students or time."""


def confusing_places(cohort: Cohort) -> tuple[ConfusingPlace, ...]:
    """All places that were reported, the most reported of each module first."""
    rows = cohort.rows(
        f"""
        SELECT module_id, coalesce(exercise_id, place, '') AS "where", count(*),
            count(DISTINCT student),
            list_slice(list(DISTINCT "text" ORDER BY "text") FILTER ("text" <> ''), 1, {MOST_WORDS})
        FROM events WHERE kind = 'confusion_reported' AND module_id IS NOT NULL
        GROUP BY ALL ORDER BY module_id, 3 DESC, 2
        """
    )
    return tuple(
        ConfusingPlace(module_id, place, reports, students, tuple(words or ()))
        for module_id, place, reports, students, words in rows
    )
