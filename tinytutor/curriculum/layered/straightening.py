"""Takes bends out of a placed map: moves single items to where one more of their edges is straight.

`placement` minimises lengths, row by row; whether an edge bends at all it doesn't see. Here an item
may push its neighbours aside, and a long edge moves with all its passages at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tinytutor.curriculum.layered.items import Item, Spacing, distance
from tinytutor.curriculum.layered.placement import link_cost

_ROUNDS = 4

Moves = dict[Item, int]
"""New centers."""


def straighten(rows: Sequence[Sequence[Item]], spacing: Spacing, room: int) -> None:
    """Moves items as long as that makes the map cheaper; none leaves the room there is."""
    for _ in range(_ROUNDS):
        improved = False
        for row in rows:
            for item in row:
                for goal in _goals(item):
                    moves = _moves(_chain(item), goal, rows, spacing, room)
                    if moves and _saves(moves):
                        for moved, center in moves.items():
                            moved.center = center
                        improved = True
        if not improved:
            break


def _goals(item: Item) -> list[int]:
    """Centers at which an edge of the item would run straight, nearest first."""
    goals: set[int] = set()
    for upper in item.above:
        low, high = upper.center - item.reach_after, upper.center + item.reach_before
        goals |= {upper.center, min(max(item.center, low), high)}
    for lower in item.below:
        low, high = lower.center - lower.reach_before, lower.center + lower.reach_after
        goals |= {lower.center, min(max(item.center, low), high)}
    for others in (item.above, item.below):
        if others:
            goals.add(round(sum(other.center for other in others) / len(others)))
    return sorted(goals - {item.center}, key=lambda goal: (abs(goal - item.center), goal))


def _chain(item: Item) -> list[Item]:
    """The item, or the whole straight run of passages that it is part of."""
    if item.is_box:
        return [item]
    chain = [item]
    while not (upper := chain[0].above[0]).is_box and upper.center == item.center:
        chain.insert(0, upper)
    while following := [
        lower for lower in chain[-1].below if not lower.is_box and lower.center == item.center
    ]:
        chain.append(following[0])
    return chain


def _moves(
    chain: Iterable[Item],
    goal: int,
    rows: Sequence[Sequence[Item]],
    spacing: Spacing,
    room: int,
) -> Moves | None:
    """What else must move if a chain moves to its goal; None if there's no room for it."""
    moves: Moves = {}
    for item in chain:
        row = rows[item.level]
        moves[item] = goal
        for side in (-1, 1):
            pusher, rank = item, item.rank + side
            while 0 <= rank < len(row):
                pushed = row[rank]
                pair = (pushed, pusher) if side < 0 else (pusher, pushed)
                nearest = moves[pusher] + side * distance(*pair, spacing)
                if (pushed.center - nearest) * side >= 0:
                    break
                moves[pushed] = nearest
                pusher, rank = pushed, rank + side
        outer = [row[0], row[-1]]
        first, last = (moves.get(end, end.center) for end in outer)
        if first < outer[0].before or last + outer[1].after >= room:
            return None
    return moves


def _saves(moves: Moves) -> bool:
    links = tuple(dict.fromkeys(_links(moves)))
    before = sum(link_cost(upper, lower, upper.center, lower.center) for upper, lower in links)
    after = sum(
        link_cost(upper, lower, moves.get(upper, upper.center), moves.get(lower, lower.center))
        for upper, lower in links
    )
    return after < before - 1e-6


def _links(moves: Moves) -> Iterator[tuple[Item, Item]]:
    for item in moves:
        yield from ((upper, item) for upper in item.above)
        yield from ((item, lower) for lower in item.below)
