"""Shares with the interval in which the true share probably lies."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z95 = 1.959963984540054
"""95 % of a normal distribution lie within so many standard deviations."""


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, with its 95 % interval after Wilson."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share, None where there is no whole."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's score interval: right for small groups and shares near 0 and 1, too."""
        return wilson(self.part, self.whole) if self.whole else None


def wilson(part: int, whole: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval of `part` out of `whole`, which must be above 0."""
    share = part / whole
    spread = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    centre = share + z * z / (2 * whole)
    scale = 1 + z * z / whole
    low, high = (centre - spread) / scale, (centre + spread) / scale
    # At the ends the formula is 0 and 1 but for rounding.
    return (0.0 if part == 0 else low, 1.0 if part == whole else high)


def difference(one: Share, other: Share) -> tuple[float, float, float] | None:
    """`other` less `one`, with Newcombe's 95 % interval; None where either has no whole.

    Returns the difference and the interval's ends.
    """
    if one.value is None or other.value is None:
        return None
    assert one.interval is not None
    assert other.interval is not None
    apart = other.value - one.value
    down = math.hypot(other.value - other.interval[0], one.interval[1] - one.value)
    up = math.hypot(other.interval[1] - other.value, one.value - one.interval[0])
    return apart, apart - down, apart + up
