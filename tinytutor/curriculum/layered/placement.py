"""Where each item lies across: neighbours keep their distance, edges run straight where they can.

Every item has wishes: places, with a weight, that would make one of its edges straight. A row is
placed such that the weighted sum of all distances to wishes is smallest, which is isotonic
regression with medians. Rows are placed in turn, down and up, until nothing gets better.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tinytutor.curriculum.layered.items import Item, Spacing, distance

Wish = tuple[float, float]
"""A place, and how much it matters."""

_ROUNDS = 8
_BEND_COST = 0.3
_PASSAGE_BEND_COST = 4.0
"""What an edge that isn't straight costs, in cells: long edges should be straight most of all."""
_SLANT_COST = 0.01
"""What it costs, times the square of the cells, that a box doesn't lie straight below another."""
_CENTER_WEIGHT = 0.1


def packed_breadth(rows: Sequence[Sequence[Item]], spacing: Spacing) -> int:
    """Cells across that the broadest row takes at least."""
    return max(_pack(row, spacing) for row in rows)


def place(rows: Sequence[Sequence[Item]], spacing: Spacing, room: int) -> None:
    """Writes the center of every item, from 0 up to the room, in which the rows must fit."""
    for row in rows:
        margin = (room - _pack(row, spacing)) // 2
        for item in row:
            item.center += margin
    best, best_cost = _centers(rows), _cost(rows)
    for number in range(_ROUNDS):
        both = number % 4 >= 2
        for order, upward in ((rows, True), (rows[::-1], False)):
            for row in order:
                wishes = [_wishes(item, up=upward or both, down=both or not upward) for item in row]
                _settle(row, wishes, spacing, room)
            cost = _cost(rows)
            if cost < best_cost:
                best, best_cost = _centers(rows), cost
    for item, center in best.items():
        item.center = center


def _pack(row: Sequence[Item], spacing: Spacing) -> int:
    """Places a row's items as close as they may be; its breadth."""
    row[0].center = row[0].before
    for left, right in pairwise(row):
        right.center = left.center + distance(left, right, spacing)
    return row[-1].center + row[-1].after + 1


def _centers(rows: Sequence[Sequence[Item]]) -> dict[Item, int]:
    return {item: item.center for row in rows for item in row}


def link_cost(upper: Item, lower: Item, upper_center: int, lower_center: int) -> float:
    """What the edge from one item to another costs if they lie at these centers."""
    off = upper_center - lower_center
    if off > lower.reach_after:
        beyond = off - lower.reach_after
    elif off < -lower.reach_before:
        beyond = -lower.reach_before - off
    else:
        beyond = 0
    if upper.is_box and lower.is_box:
        return beyond + _BEND_COST * (beyond > 0) + _SLANT_COST * off * off
    return (_weight(upper, lower) * beyond + _PASSAGE_BEND_COST) if beyond else 0.0


def _weight(upper: Item, lower: Item) -> float:
    return 1.0 + (not upper.is_box) + 2.0 * (not lower.is_box)


def _cost(rows: Sequence[Sequence[Item]]) -> float:
    return sum(
        link_cost(upper, lower, upper.center, lower.center)
        for row in rows
        for upper in row
        for lower in upper.below
    )


def _wishes(item: Item, *, up: bool, down: bool) -> list[Wish]:
    """Places at which edges would be straight. A reach counts as two wishes, one at either end."""
    wishes: list[Wish] = []
    for upper in item.above if up else ():
        half = _weight(upper, item) / 2
        wishes.append((upper.center - item.reach_after, half))
        wishes.append((upper.center + item.reach_before, half))
        wishes.append((upper.center, _CENTER_WEIGHT))
    for lower in item.below if down else ():
        half = _weight(item, lower) / 2
        wishes.append((lower.center - lower.reach_before, half))
        wishes.append((lower.center + lower.reach_after, half))
        wishes.append((lower.center, _CENTER_WEIGHT))
    return wishes or [(item.center, 0.01)]


def _settle(row: Sequence[Item], wishes: Sequence[list[Wish]], spacing: Spacing, room: int) -> None:
    """Places a row's items by their wishes, in order, apart, from 0 to the room there is."""
    # Less the distances, "apart" becomes "not descending": neighbours that fall out of order merge
    # into a block that moves as one.
    offset, offsets = 0, [0]
    for left, right in pairwise(row):
        offset += distance(left, right, spacing)
        offsets.append(offset)
    lowest, highest = row[0].before, room - 1 - row[-1].after - offset
    blocks: list[tuple[int, list[Wish], int]] = []  # how many items, their wishes, where
    for own, offset in zip(wishes, offsets, strict=True):
        count, merged = 1, [(place - offset, weight) for place, weight in own]
        where = _median(merged)
        while blocks and blocks[-1][2] >= where:
            earlier_count, earlier, _ = blocks.pop()
            count, merged = count + earlier_count, earlier + merged
            where = _median(merged)
        blocks.append((count, merged, where))
    position = 0
    for count, _, where in blocks:
        for index in range(position, position + count):
            row[index].center = min(max(where, lowest), highest) + offsets[index]
        position += count


def _median(wishes: list[Wish]) -> int:
    """The middle of the places at which half of the weight lies on either side."""
    wishes = sorted(wishes)
    half = sum(weight for _, weight in wishes) / 2
    reached, low = 0.0, wishes[-1][0]
    for index, (where, weight) in enumerate(wishes):
        reached += weight
        if reached > half + 1e-9:
            low = where
            break
        if reached > half - 1e-9:
            low = (where + wishes[min(index + 1, len(wishes) - 1)][0]) // 2
            break
    return round(low)
