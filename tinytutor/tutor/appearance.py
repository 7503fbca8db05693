"""How state and branch of a module show without colour; both front ends draw them alike."""

from __future__ import annotations

from collections.abc import Mapping

from tinytutor.curriculum import Course
from tinytutor.curriculum.glyphs import Frame

STATE_SYMBOLS: Mapping[str, str] = {
    "passed": "✓",
    "started": "◐",
    "open": "○",
    "locked": "·",
    "stale": "↻",
}
"""By the value of `State`; the word always stands beside it."""

STATE_FRAMES: Mapping[str, Frame] = {
    "passed": Frame.DOUBLE,
    "started": Frame.HEAVY,
    "open": Frame.LIGHT,
    "locked": Frame.DASHED,
    "stale": Frame.LIGHT,
}
"""Of its box on the map."""

BRANCH_SYMBOLS = "■◆▲★▼●"
"""In the order of the course's branches; a seventh begins again."""
ASCII_BRANCH_SYMBOLS = "#&^*vo"


def branch_symbol(course: Course, branch_id: str, *, unicode: bool = True) -> str:
    """One character for a branch; a legend with its title stands beside the map."""
    ids = [branch.id for branch in course.branches]
    symbols = BRANCH_SYMBOLS if unicode else ASCII_BRANCH_SYMBOLS
    return symbols[ids.index(branch_id) % len(symbols)]
