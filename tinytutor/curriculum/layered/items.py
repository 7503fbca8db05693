"""What lies side by side in a level, and how far apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

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


_ENTRY_MARGIN = 3
"""Cells at either end of a box's side in which no edge enters while there's room elsewhere."""


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
    number: int
    """Place of `node` in the order in which boxes stand where nothing else decides."""
    above: list[Item] = field(default_factory=list)
    """Items of the level before, where its edges come from."""
    below: list[Item] = field(default_factory=list)
    rank: int = 0
    """Place in its level's order."""
    center: int = 0
    """The cell across at which its edges leave."""

    before: int = field(init=False)
    """Cells on the low side of the center."""
    after: int = field(init=False)
    """Cells on the high side of the center."""
    reach_before: int = field(init=False)
    """How far before the center edges may enter."""
    reach_after: int = field(init=False)
    """How far after the center edges may enter."""

    def __post_init__(self) -> None:
        self.before = self.breadth // 2
        self.after = self.breadth - 1 - self.before
        margin = _ENTRY_MARGIN if self.breadth > 2 * _ENTRY_MARGIN + 1 else 1
        self.reach_before = max(0, self.before - margin)
        self.reach_after = max(0, self.after - margin)

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
    for number, (node, breadth) in enumerate(breadths.items()):
        at[node, levels[node]] = item = Item(node, levels[node], breadth, True, number)
        rows[item.level].append(item)
    for source, target in edges:
        item = at[source, levels[source]]
        for level in range(levels[source] + 1, levels[target]):
            if (source, level) not in at:
                at[source, level] = passage = Item(source, level, 1, False, item.number)
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


def disorder(rows: Sequence[Sequence[Item]]) -> int:
    """Pairs of boxes in a level of which the one with the greater number stands first."""
    return sum(
        one.number > other.number
        for row in rows
        for one, other in combinations([item for item in row if item.is_box], 2)
    )
