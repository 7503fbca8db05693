"""How the state of a module shows without colour; both front ends draw it alike."""

from __future__ import annotations

from collections.abc import Mapping

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
