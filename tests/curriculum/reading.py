"""Reads a drawn map like a person: follows lines from box to box by their characters alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from tinytutor.curriculum.glyphs import Arms
from tinytutor.curriculum.layout import Flow, Layout, Rectangle

_WORDS = {
    "UP": Arms.UP,
    "RIGHT": Arms.RIGHT,
    "DOWN": Arms.DOWN,
    "LEFT": Arms.LEFT,
    "VERTICAL": Arms.UP | Arms.DOWN,
    "HORIZONTAL": Arms.LEFT | Arms.RIGHT,
}
_STEPS = {Arms.UP: (0, -1), Arms.RIGHT: (1, 0), Arms.DOWN: (0, 1), Arms.LEFT: (-1, 0)}
_BACK = {Arms.UP: Arms.DOWN, Arms.DOWN: Arms.UP, Arms.LEFT: Arms.RIGHT, Arms.RIGHT: Arms.LEFT}


def weights(character: str) -> Mapping[Arms, str]:
    """The sides that a box drawing character reaches, with LIGHT or HEAVY, from its Unicode name.

    Names read `LIGHT DOWN AND RIGHT` or `DOWN HEAVY AND RIGHT LIGHT`: a weight before all sides, or
    one after each group of them.
    """
    words = unicodedata.name(character).removeprefix("BOX DRAWINGS ").split()
    before = words[0] in ("LIGHT", "HEAVY")
    found: dict[Arms, str] = {}
    weight, sides = "", list[Arms]()
    for word in words:
        if word in ("LIGHT", "HEAVY"):
            weight = word
            found.update({} if before else dict.fromkeys(sides, weight))
            sides = []
        elif word in _WORDS:
            sides += [side for side in _STEPS if side in _WORDS[word]]
            if before:
                found.update(dict.fromkeys(sides, weight))
    return found


def targets_read(lines: Sequence[str], layout: Layout, node: str) -> list[str]:
    """Boxes at which one arrives who leaves a box at its exit and follows every line onward.

    At a fork all ways are followed; where lines cross, only the one straight on.
    """
    box = layout.boxes[node]
    if layout.flow is Flow.DOWN:
        exits = [(x, box.bottom) for x in range(box.x + 1, box.right)]
        joints, arrow, ahead = "┬╤┯", "▼", Arms.DOWN
    else:
        exits = [(box.right, y) for y in range(box.y + 1, box.bottom)]
        joints, arrow, ahead = "├╟┠", "▶", Arms.RIGHT
    pending = [(x, y, ahead) for x, y in exits if lines[y][x] in joints]
    assert len(pending) <= 1, "a box has one exit"
    arrived: list[str] = []
    steps_left = 4 * layout.width * layout.height
    while pending:
        steps_left -= 1
        assert steps_left, "the lines run in a circle"
        x, y, side = pending.pop()
        x, y = x + _STEPS[side][0], y + _STEPS[side][1]
        character = lines[y][x]
        if character == arrow:
            arrived += [other for other, it in layout.boxes.items() if _covers(it, x, y)]
        elif character == "┼":
            pending.append((x, y, side))
        else:
            sides = set(weights(character))
            assert _BACK[side] in sides, f"the line breaks off at column {x}, line {y}"
            pending += [(x, y, other) for other in sides - {_BACK[side]}]
    return sorted(arrived)


def _covers(box: Rectangle, x: int, y: int) -> bool:
    return box.x <= x <= box.right and box.y <= y <= box.bottom
