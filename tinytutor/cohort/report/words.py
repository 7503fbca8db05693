"""Figures as a reader knows them, the same on page, screen and command line."""

from __future__ import annotations

from tinytutor.cohort.statistics.intervals import Share

NOT_REACHED = "not reached"


def percent(share: Share) -> str:
    """A share as a reader knows it, a dash where there is none."""
    return "–" if share.value is None else f"{share.value:.0%}"


def interval(share: Share) -> str:
    """The 95 % interval of a share, a dash where there is none."""
    if share.interval is None:
        return "–"
    low, high = share.interval
    return f"{100 * low:.0f}–{100 * high:.0f}\u00a0%"


def hours(value: float | None, without: str = "–") -> str:
    """A time in hours or, where it is short, minutes."""
    if value is None:
        return without
    return f"{value:.1f} h" if value >= 1 else f"{value * 60:.0f} min"


def per_one(value: float | None) -> str:
    """A rate or a count per student, no more exact than it is of use."""
    return "–" if value is None else f"{value:.2g}" if value < 10 else f"{value:.0f}"
