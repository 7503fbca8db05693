"""Walking over the map with four keys: along edges, and from box to box within a level."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from tinytutor.curriculum.layout import Flow, Layout


class Direction(StrEnum):
    """Where a key leads."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"


_ALONG = {
    Flow.DOWN: {Direction.UP: -1, Direction.DOWN: 1},
    Flow.RIGHT: {Direction.LEFT: -1, Direction.RIGHT: 1},
}
_ACROSS = {
    Flow.DOWN: {Direction.LEFT: -1, Direction.RIGHT: 1},
    Flow.RIGHT: {Direction.UP: -1, Direction.DOWN: 1},
}


def step(layout: Layout, node: str, direction: Direction) -> str | None:
    """The box that a step from this one leads to; None only at the edge of the map.

    With the flow, a step follows an edge, of several the one to the closest level and there to the
    box that lies nearest across; without an edge it leads to the nearest box of the next level.
    Across the flow it leads to the neighbour, and from a level's end to the next level, like a line
    of text: so every box can be reached from every other one.
    """
    if direction in _ALONG[layout.flow]:
        return _along(layout, node, _ALONG[layout.flow][direction])
    order = [each for level in layout.levels for each in level]
    place = order.index(node) + _ACROSS[layout.flow][direction]
    return order[place] if 0 <= place < len(order) else None


def _along(layout: Layout, node: str, sign: int) -> str | None:
    if sign > 0:
        linked = [target for source, target in layout.ways if source == node]
    else:
        linked = [source for source, target in layout.ways if target == node]
    level_of = {each: number for number, nodes in enumerate(layout.levels) for each in nodes}
    if linked:
        closest = min(abs(level_of[other] - level_of[node]) for other in linked)
        near = [other for other in linked if abs(level_of[other] - level_of[node]) == closest]
        return _nearest(layout, node, near)
    level = level_of[node] + sign
    return _nearest(layout, node, layout.levels[level]) if 0 <= level < len(layout.levels) else None


def _nearest(layout: Layout, node: str, others: Iterable[str]) -> str:
    home = _middle(layout, node)

    def distance(other: str) -> tuple[float, float]:
        middle = _middle(layout, other)
        return abs(middle - home), middle

    return min(others, key=distance)


def _middle(layout: Layout, node: str) -> float:
    """The middle of a box across the flow."""
    box = layout.boxes[node]
    if layout.flow is Flow.DOWN:
        return box.x + box.width / 2
    return box.y + box.height / 2
