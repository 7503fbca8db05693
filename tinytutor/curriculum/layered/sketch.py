"""One arrangement of the items, placed and routed: what it looks like across, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tinytutor.curriculum.graph import Edge
from tinytutor.curriculum.layered.channels import Channel, Net, Turn, route_channel
from tinytutor.curriculum.layered.entries import entries
from tinytutor.curriculum.layered.items import Item, Spacing, arrange, disorder
from tinytutor.curriculum.layered.placement import packed_breadth, place
from tinytutor.curriculum.layered.straightening import straighten

_CROSSING_COST = 4
_TRACK_COST = 3
_EASE = 8
"""Without a limit, the map may be broader by this part than its broadest level."""


class Sketch:
    """A map in which only the lengths along the flow are still open."""

    def __init__(self, rows: Sequence[Sequence[Item]], spacing: Spacing, limit: int | None):
        """Places the items of `rows`, which are in order, and routes the edges between them."""
        arrange(rows)
        packed = packed_breadth(rows, spacing)
        room = packed + packed // _EASE if limit is None else max(limit, packed)
        place(rows, spacing, room)
        straighten(rows, spacing, room)
        unused = min(row[0].start for row in rows)
        for item in (item for row in rows for item in row):
            item.center -= unused
        self.levels = tuple(tuple(item.node for item in row if item.is_box) for row in rows)
        self.level = {item.node: item.level for row in rows for item in row if item.is_box}
        self.start = {item.node: item.start for row in rows for item in row if item.is_box}
        self.center = {(item.node, item.level): item.center for row in rows for item in row}
        routed = [_route(row) for row in rows[:-1]]
        self.channels = [channel for channel, _ in routed]
        """What lies between each level and the next."""
        self._turns = [turns for _, turns in routed]
        self._disorder = disorder(rows)
        ends = [row[-1].center + row[-1].after for row in rows]
        bends = [turn.across for turns in self._turns for way in turns.values() for turn in way]
        self.breadth = 1 + max(ends + bends)

    @property
    def cost(self) -> float:
        """How far it is from a picture that one sees at a glance."""
        turns = sum(len(turns) for channel in self._turns for turns in channel.values())
        return (
            self._disorder
            + turns
            + sum(
                _CROSSING_COST * channel.crossings
                + _TRACK_COST * channel.tracks
                + channel.length / 10
                for channel in self.channels
            )
        )

    def turns(self, edge: Edge) -> Iterator[tuple[int, Turn]]:
        """The bends of an edge, each with the number of its channel."""
        source, target = edge
        for level in range(self.level[source], self.level[target]):
            last = level == self.level[target] - 1
            for turn in self._turns[level][source, target if last else source]:
                yield level, turn

    def entry(self, edge: Edge) -> int:
        """Where, across, an edge enters its target."""
        source, target = edge
        level = self.level[target] - 1
        turns = self._turns[level][source, target]
        return turns[-1].across if turns else self.center[source, level]


def _route(row: Sequence[Item]) -> tuple[Channel, dict[tuple[str, str], tuple[Turn, ...]]]:
    """The channel after a level, and the turns from each item to each of those it leads to."""
    leaving = [item for item in row if item.below]
    exits = {item.center for item in leaving}
    entry: dict[tuple[Item, Item], int] = {}
    for lower in dict.fromkeys(lower for item in leaving for lower in item.below):
        cells = entries(lower, exits) if lower.is_box else {lower.above[0]: lower.center}
        entry.update({(upper, lower): cell for upper, cell in cells.items()})
    nets = [Net(item.center, tuple(entry[item, lower] for lower in item.below)) for item in leaving]
    channel = route_channel(nets)
    turns = {
        (item.node, lower.node): ways[entry[item, lower]]
        for item, ways in zip(leaving, channel.ways, strict=True)
        for lower in item.below
    }
    return channel, turns
