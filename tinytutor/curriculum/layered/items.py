"""What lies side by side in a level, and how far apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tinytutor.curriculum.graph import Edge


@dataclass(frozen=True, slots=True)
class Spacing:
    """Blank cells that a drawing keeps between its parts."""

    boxes: int
    """Between two boxes of a level."""
    passages: int
    """Between a passing edge and its neighbour in the level."""
    track_step: int
    """From one track of a channel to the next."""
    track_margin: int
    """Between a channel's outermost tracks and the boxes."""


@dataclass(slots=True, eq=False)
class Item:
    """A box, or the passage of a long edge through a level that lies on its way.

    All long edges from one box share a passage: they part only where they must.
    """

    node: str
    """The box, or the box at which the passing edges start."""
    level: int
    breadth: int
    """Cells across."""
    is_box: bool
    above: list[Item] = field(default_factory=list)
    """Items of the level before, where its edges come from."""
    below: list[Item] = field(default_factory=list)
    rank: int = 0
    """Place in its level's order."""
    center: int = 0
    """The cell across at which its edges leave."""

    @property
    def before(self) -> int:
        """Cells on the low side of the center."""
        return self.breadth // 2

    @property
    def after(self) -> int:
        """Cells on the high side of the center."""
        return self.breadth - 1 - self.breadth // 2

    @property
    def start(self) -> int:
        """The first cell across."""
        return self.center - self.before


def distance(left: Item, right: Item, spacing: Spacing) -> int:
    """The least distance between the centers of two neighbours."""
    gap = spacing.boxes if left.is_box and right.is_box else spacing.passages
    return left.after + gap + 1 + right.before


def build_items(
    breadths: Mapping[str, int], edges: Iterable[Edge], levels: Mapping[str, int]
) -> list[list[Item]]:
    """Boxes and passages of every level, linked, boxes in the order of `breadths`."""
    rows: list[list[Item]] = [[] for _ in range(1 + max(levels.values(), default=-1))]
    at: dict[tuple[str, int], Item] = {}
    for node, breadth in breadths.items():
        at[node, levels[node]] = item = Item(node, levels[node], breadth, is_box=True)
        rows[item.level].append(item)
    for source, target in edges:
        item = at[source, levels[source]]
        for level in range(levels[source] + 1, levels[target]):
            if (source, level) not in at:
                at[source, level] = passage = Item(source, level, 1, is_box=False)
                rows[level].append(passage)
                _link(item, passage)
            item = at[source, level]
        _link(item, at[target, levels[target]])
    return rows


def _link(upper: Item, lower: Item) -> None:
    upper.below.append(lower)
    lower.above.append(upper)


def arrange(rows: Sequence[Sequence[Item]]) -> None:
    """Writes each item's rank from its place in its row."""
    for row in rows:
        for rank, item in enumerate(row):
            item.rank = rank
