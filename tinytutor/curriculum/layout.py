"""Where everything lies on the map: a rectangle for each box, a way for each edge.

A layered drawing: edges lead from level to level, in one direction, in straight lines and right
angles. Pure: sizes and edges in, coordinates out. `drawing` turns them into characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tinytutor.curriculum.graph import Edge
from tinytutor.curriculum.layered.channels import Net, Turn, route_channel
from tinytutor.curriculum.layered.entries import entries
from tinytutor.curriculum.layered.items import Item, Spacing, arrange, build_items
from tinytutor.curriculum.layered.levels import assign_levels
from tinytutor.curriculum.layered.ordering import Rows, good_orders
from tinytutor.curriculum.layered.placement import place


class Flow(StrEnum):
    """Where edges lead."""

    DOWN = "down"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Size:
    """Cells that a box takes, frame included."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Where a box lies; `x` and `y` are its upper left cell."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The last column."""
        return self.x + self.width - 1

    @property
    def bottom(self) -> int:
        """The last line."""
        return self.y + self.height - 1


@dataclass(frozen=True, slots=True)
class Point:
    """One cell."""

    x: int
    y: int


@dataclass(frozen=True)
class Layout:
    """A finished map, in cells from the upper left corner."""

    flow: Flow
    boxes: Mapping[str, Rectangle]
    """By box name, in the order given."""
    ways: Mapping[Edge, tuple[Point, ...]]
    """Begin, bends and end of each edge; begin and end are cells of the boxes' frames."""
    levels: tuple[tuple[str, ...], ...]
    """Box names level by level, each in its order across."""
    width: int
    height: int


_SPACING = {
    Flow.DOWN: Spacing(boxes=2, passages=2, track_step=1, track_margin=0),
    Flow.RIGHT: Spacing(boxes=1, passages=0, track_step=2, track_margin=1),
}


def lay_out(
    sizes: Mapping[str, Size],
    edges: Sequence[Edge],
    *,
    flow: Flow = Flow.DOWN,
    breadth: int | None = None,
) -> Layout:
    """The map of these boxes and edges.

    A box into which more edges lead than its side has room for becomes larger than its size.

    Args:
        sizes: by box name, in the order in which boxes should stand where nothing else decides.
        edges: pairs of box names, without cycles or duplicates.
        flow: whether levels follow each other downward or to the right.
        breadth: cells across the flow that the map may take; the map exceeds it only where a single
            box with the edges that pass it does.
    """
    plan = _Plan(sizes, edges, flow)
    spacing = _SPACING[flow]
    levels = assign_levels(plan.breadths, edges, spacing, breadth)
    rows = build_items(plan.breadths, edges, levels)
    candidates = good_orders(rows, starts=16, keep=6)
    return min((plan.drawn(order, spacing, breadth) for order in candidates), key=lambda d: d.cost).layout
