"""How long it takes to complete something when not all have completed it yet: Kaplan–Meier.

Leaving out those who are still at it, or gave up, makes everything look quicker than it is. Here
they count as "not done for at least so long".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinytutor.cohort.statistics.intervals import Z95

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SurvivalCurve:
    """The share that has not completed, after each time at which somebody did."""

    times: Floats
    """Ascending; the unit is that of the durations."""
    at_risk: Whole
    """How many were known to be at it just before each time."""
    completed: Whole
    """How many completed at each time."""
    share: Floats
    """Not completed after each time."""
    low: Floats
    """95 % interval of `share`, on the log(−log) scale with Greenwood's variance."""
    high: Floats
    count: int
    """All durations."""

    @property
    def median(self) -> float | None:
        """When half had completed; None where that was not reached."""
        return self.when(0.5)

    def when(self, completed: float) -> float | None:
        """When this share had completed; None where that was not reached."""
        return _first_at_most(self.times, self.share, 1 - completed)

    @property
    def median_interval(self) -> tuple[float | None, float | None]:
        """95 % interval of the median; an end is None where it was not reached."""
        low = _first_at_most(self.times, self.low, 0.5)
        return low, _first_at_most(self.times, self.high, 0.5)

    def thinned(self, most: int) -> SurvivalCurve:
        """At most so many of its points, evenly, with the first and the last: for a picture."""
        if len(self.times) <= most:
            return self
        kept = np.linspace(0, len(self.times) - 1, most).astype(int)
        return SurvivalCurve(
            self.times[kept],
            self.at_risk[kept],
            self.completed[kept],
            self.share[kept],
            self.low[kept],
            self.high[kept],
            self.count,
        )

    def risk_at(self, time: float) -> int:
        """How many were known to be at it at a time at which somebody completed, or later."""
        place = int(np.searchsorted(self.times, time, side="left"))
        return int(self.at_risk[place]) if place < len(self.at_risk) else 0


def kaplan_meier(durations: ArrayLike, completed: ArrayLike) -> SurvivalCurve:
    """The curve of durations, each of which ended in completion or was merely watched so long.

    Args:
        durations: times from the start, finite and not negative.
        completed: whether each ended in completion; False: not yet, or given up (censored).
    """
    lengths = np.asarray(durations, float)
    done = np.asarray(completed, bool)
    times, deaths = np.unique(lengths[done], return_counts=True)
    # Who was watched exactly as long is still at risk at that moment.
    at_risk = len(lengths) - np.searchsorted(np.sort(lengths), times, side="left")
    share: Floats = np.cumprod(1 - deaths / np.maximum(at_risk, 1), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(deaths / (at_risk * (at_risk - deaths)))
        log_share = np.log(share)
        spread = Z95 * np.sqrt(variance) / log_share
        low, high = share ** np.exp(-spread), share ** np.exp(spread)
    # Where all have completed, the scale has no value there: the share is 0, and certainly so.
    low, high = np.where(share > 0, low, 0.0), np.where(share > 0, high, 0.0)
    return SurvivalCurve(times, at_risk, deaths, share, low, high, len(lengths))


def _first_at_most(times: Floats, values: Floats, level: float) -> float | None:
    # A hair above, as the products of many shares end in a last digit of their own.
    reached = np.flatnonzero(values <= level + 1e-12)
    return float(times[reached[0]]) if len(reached) else None
