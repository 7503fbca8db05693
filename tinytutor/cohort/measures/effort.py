"""Time on task, errors, hints and confusion, per module and per student who started it."""

from __future__ import annotations

from dataclasses import dataclass

from tinytutor.cohort.records.cohort import Cohort


@dataclass(frozen=True, slots=True)
class Quartiles:
    """Of active hours so far or to the first pass, among those who started."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class Effort:
    """What a module costs those who start it."""

    module_id: str
    started: int
    active_hours: float
    """All active time on it, of all students."""
    by_gap: tuple[tuple[int, Quartiles], ...]
    """θ in seconds → quartiles; the first is the θ in force."""
    errors: int
    """Failed tests, those on unwritten code left out."""
    unwritten: int
    """Failed tests on code that was not written yet."""
    hints: int
    solutions_shown: int
    confusion_reports: int
    attempts: int
    tests_passed: int
    """Summed over all checks."""
    tests_run: int
    first_tries: int
    first_tries_passed: int

    @property
    def errors_per_hour(self) -> float | None:
        """Per active hour, None where there is none."""
        return self.errors / self.active_hours if self.active_hours else None

    @property
    def confusion_per_hour(self) -> float | None:
        """Per active hour, None where there is none."""
        return self.confusion_reports / self.active_hours if self.active_hours else None

    def per_starter(self, count: int) -> float | None:
        """A count per student who started, None where nobody did."""
        return count / self.started if self.started else None


_GAPS = ((600, "active_seconds"), (300, "active_seconds_300"), (1800, "active_seconds_1800"))


def efforts(cohort: Cohort) -> tuple[Effort, ...]:
    """The effort of each module, in the course's order."""
    quartiles = ", ".join(
        f"quantile_cont({column} / 3600, [0.25, 0.5, 0.75]) FILTER (started)" for _, column in _GAPS
    )
    found = {
        module_id: rest
        for module_id, *rest in cohort.rows(
            f"""
            SELECT module_id, count(*) FILTER (started), sum(total_active_seconds) / 3600,
                sum(errors - unwritten), sum(unwritten), sum(hints), sum(solutions_shown),
                sum(confusion_reports), sum(attempts), sum(tests_passed), sum(tests_run),
                sum(first_tries), sum(first_tries_passed), {quartiles}
            FROM enrolments GROUP BY module_id
            """
        )
    }
    efforts = []
    for module in cohort.course.modules:
        started, hours, *counts = found.get(module.id, (0, 0.0, *(0,) * 10, None, None, None))
        spreads = counts[10:]
        numbers = [int(count or 0) for count in counts[:10]]
        efforts.append(
            Effort(
                module.id,
                started,
                float(hours or 0.0),
                tuple(
                    (gap, Quartiles(*spread))
                    for (gap, _), spread in zip(_GAPS, spreads, strict=True)
                    if spread
                ),
                *numbers,
            )
        )
    return tuple(efforts)
