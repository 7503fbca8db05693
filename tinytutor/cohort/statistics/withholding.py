"""Small groups are withheld, and so is what would give them away."""

from __future__ import annotations

from collections.abc import Sequence

INSTRUCTOR_LEAST = 5
"""Smallest group that an instructor's aggregate shows."""
PUBLISHED_LEAST = 10
"""Smallest group that anything published shows."""
MEDIAN_LEAST = 10
"""A median of fewer is nearly one person's figure."""


def withheld(counts: Sequence[int], least: int) -> frozenset[int]:
    """Indices of the counts not to be shown where the counts are parts of a known whole.

    Parts below `least` are withheld, empty ones are not. Where what is withheld would add up to
    fewer than `least`, or is one part alone and so the whole less the others, the smallest other
    part is withheld, too; where there is none, the empty ones.
    """
    hidden = {place for place, count in enumerate(counts) if 0 < count < least}
    others = sorted(
        (place for place, count in enumerate(counts) if count and place not in hidden),
        key=lambda place: counts[place],
    )

    def is_given_away() -> bool:
        return bool(hidden) and (len(hidden) == 1 or sum(counts[h] for h in hidden) < least)

    while others and is_given_away():
        hidden.add(others.pop(0))
    return frozenset(range(len(counts)) if is_given_away() else hidden)
