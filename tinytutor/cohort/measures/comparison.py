"""Two cohorts, or the same module in two versions, side by side. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tinytutor.cohort.measures.completion import Funnel, TimeToComplete
from tinytutor.cohort.measures.effort import Effort
from tinytutor.cohort.statistics.intervals import Share, difference


@dataclass(frozen=True, slots=True)
class Change:
    """A share in one cohort and in the other."""

    before: Share
    after: Share

    @property
    def difference(self) -> tuple[float, float, float] | None:
        """`after` less `before`, with the ends of its 95 % interval."""
        return difference(self.before, self.after)

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out no difference at all."""
        found = self.difference
        return found is not None and not found[1] <= 0 <= found[2]


@dataclass(frozen=True, slots=True)
class ModuleComparison:
    """One module in two cohorts."""

    module_id: str
    completion: Change
    """Of those who started."""
    first_tries: Change
    """Tests that passed on the first try; of all first tries."""
    median_hours: tuple[float | None, float | None]
    """Kaplan–Meier medians of active time; None where not reached."""
    errors_per_hour: tuple[float | None, float | None]


def compare(
    before: tuple[Sequence[Funnel], Sequence[TimeToComplete], Sequence[Effort]],
    after: tuple[Sequence[Funnel], Sequence[TimeToComplete], Sequence[Effort]],
) -> tuple[ModuleComparison, ...]:
    """Every module that both know, in the order of `after`."""
    earlier = {
        funnel.module_id: (funnel, time, effort)
        for funnel, time, effort in zip(*before, strict=True)
    }
    found = []
    for funnel, time, effort in zip(*after, strict=True):
        if funnel.module_id not in earlier:
            continue
        old_funnel, old_time, old_effort = earlier[funnel.module_id]
        found.append(
            ModuleComparison(
                funnel.module_id,
                Change(old_funnel.completion, funnel.completion),
                Change(
                    Share(old_effort.first_tries_passed, old_effort.first_tries),
                    Share(effort.first_tries_passed, effort.first_tries),
                ),
                (old_time.curve.median, time.curve.median),
                (old_effort.errors_per_hour, effort.errors_per_hour),
            )
        )
    return tuple(found)
