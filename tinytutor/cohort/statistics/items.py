"""Does a test tell those who know from those who don't? Classical item analysis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEAST_TRIES = 30
"""Fewer first tries say nothing reliable about a test."""
LOW_CORRELATION = 0.2
EASY, HARD = 0.95, 0.1


def item_rest_correlations(scores: NDArray[np.float64]) -> list[float | None]:
    """For each item, the correlation with how the same students did on the other items.

    Args:
        scores: students by items; 1 passed, 0 not, NaN never tried.

    Returns:
        None where fewer than three students tried the item and another, or all did the same.
    """
    tried = ~np.isnan(scores)
    sums = np.nansum(scores, axis=1)
    counts = tried.sum(axis=1)
    found: list[float | None] = []
    for item in range(scores.shape[1]):
        mine = tried[:, item] & (counts > 1)
        own = scores[mine, item]
        rest = (sums[mine] - own) / (counts[mine] - 1)
        if len(own) < 3 or own.std() < 1e-12 or rest.std() < 1e-12:
            found.append(None)
        else:
            found.append(float(np.corrcoef(own, rest)[0, 1]))
    return found


def flags(tries: int, passed_share: float | None, correlation: float | None) -> tuple[str, ...]:
    """What is noticeable about a test, in words; nothing from fewer than `LEAST_TRIES`."""
    if tries < LEAST_TRIES or passed_share is None:
        return ()
    words = []
    if passed_share > EASY:
        words.append("nearly everyone passes at once")
    if passed_share < HARD:
        words.append("hardly anyone passes at once")
    if correlation is not None and correlation < LOW_CORRELATION:
        words.append("passing it says little about the other tests")
    return tuple(words)
