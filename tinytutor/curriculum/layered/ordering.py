"""The order of the items in each level: as few crossings between levels as can be found quickly."""

from __future__ import annotations

import random
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence

from tinytutor.curriculum.layered.items import Item, arrange, disorder

Rows = list[list[Item]]

_DISORDER_COST = 0.25
"""What two boxes out of order cost, in crossings."""
_SWEEPS = 12
_PATIENCE = 3
"""Sweeps without a better order after which a start is given up."""


def good_orders(rows: Rows, *, starts: int, keep: int) -> list[Rows]:
    """The best orders found: few crossings, and boxes in ascending number where that's possible.

    Args:
        rows: the items of every level, in the order in which equals should stand.
        starts: how many first orders are tried: the given one, its reverse, then shuffled ones.
        keep: how many different orders are wanted at most.
    """
    found: dict[tuple[tuple[int, ...], ...], tuple[float, Rows]] = {}
    for first in _first_orders(rows, starts):
        order, crossings = _improved(first)
        key = tuple(tuple(id(item) for item in row) for row in order)
        found.setdefault(key, (crossings + _DISORDER_COST * disorder(order), order))
    best = sorted(found.values(), key=lambda pair: pair[0])
    return [order for _, order in best[:keep]]


def count_crossings(rows: Rows) -> int:
    """Pairs of links that cross when every link is a straight line."""
    arrange(rows)
    return sum(_crossings_below(row) for row in rows)


def _first_orders(rows: Rows, starts: int) -> Iterator[Rows]:
    chance = random.Random(0)  # the same map on every day
    for start in range(starts):
        order = [list(row) for row in rows]
        if start == 1:
            for row in order:
                row.reverse()
        elif start > 1:
            for row in order:
                chance.shuffle(row)
        yield order


def _improved(rows: Rows) -> tuple[Rows, int]:
    best, fewest = [list(row) for row in rows], count_crossings(rows)
    idle = 0
    for sweep in range(_SWEEPS):
        downward = sweep % 2 == 0
        for row in rows if downward else reversed(rows):
            _sort_by_neighbours(row, upward=downward)
        _swap_neighbours(rows)
        crossings = count_crossings(rows)
        idle += 1
        if crossings < fewest:
            best, fewest, idle = [list(row) for row in rows], crossings, 0
        if not fewest or idle == _PATIENCE:
            break
    return best, fewest


def _sort_by_neighbours(row: list[Item], *, upward: bool) -> None:
    """Moves each item to the mean place of its neighbours; one without any keeps its place."""

    def wish(item: Item) -> float:
        neighbours = item.above if upward else item.below
        if not neighbours:
            return item.rank
        return sum(neighbour.rank for neighbour in neighbours) / len(neighbours)

    row.sort(key=wish)
    for rank, item in enumerate(row):
        item.rank = rank


def _swap_neighbours(rows: Rows) -> None:
    """Swaps items that stand side by side while that takes crossings away."""
    improved = True
    while improved:
        improved = False
        for row in rows:
            for rank in range(len(row) - 1):
                left, right = row[rank], row[rank + 1]
                if _pair_crossings(right, left) < _pair_crossings(left, right):
                    row[rank], row[rank + 1] = right, left
                    left.rank, right.rank = rank + 1, rank
                    improved = True


def _pair_crossings(left: Item, right: Item) -> int:
    return _inversions(left.above, right.above) + _inversions(left.below, right.below)


def _inversions(left: Sequence[Item], right: Sequence[Item]) -> int:
    return sum(one.rank > other.rank for one in left for other in right)


def _crossings_below(row: Sequence[Item]) -> int:
    crossings, seen = 0, list[int]()
    for item in row:
        ends = sorted(neighbour.rank for neighbour in item.below)
        crossings += sum(len(seen) - _count_up_to(seen, end) for end in ends)
        for end in ends:
            insort(seen, end)
    return crossings


def _count_up_to(values: Sequence[int], value: int) -> int:
    return bisect_left(values, value + 1)
