"""Which level each box lies in: short edges, and no level broader than the limit allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tinytutor.curriculum.graph import Edge
from tinytutor.curriculum.layered.items import Spacing

_ROUNDS = 8
"""How often every box may look for a better level; most graphs come to rest after three."""
_FAR = 3
"""How many levels a box may move at once."""
_PASSAGE_COST = 1.5
"""What a passage costs, in the unit of `_Levels.cost`."""
_OVERFLOW_COST = 1000.0
_SHARES = (1.0, 0.85, 0.7, 0.55, 0.4, 0.25)
"""Parts of the limit that boxes may fill, tried in turn until their passages fit in as well."""


def assign_levels(
    breadths: Mapping[str, int], edges: Sequence[Edge], spacing: Spacing, limit: int | None
) -> dict[str, int]:
    """A level for every box, such that every edge leads to a later level.

    Args:
        breadths: cells that each box takes across.
        edges: pairs of box names, without cycles.
        spacing: blank cells between neighbours.
        limit: cells that a level may take across; where it is too small, levels come close to it.
    """
    if not breadths:
        return {}
    if limit is None:
        levels = _Levels(breadths, edges, spacing, limit, None)
        levels.improve()
        return levels.without_gaps()
    # Levels that are filled to the limit leave no room for passages, so fewer boxes are tried next.
    tries: list[_Levels] = []
    for share in _SHARES:
        levels = _Levels(breadths, edges, spacing, limit, int(limit * share))
        levels.improve()
        tries.append(levels)
        if not levels.overflow:
            break
    return min(tries, key=lambda each: each.overflow).without_gaps()


class _Levels:
    """Levels that are being improved, with what each of them holds."""

    def __init__(
        self,
        breadths: Mapping[str, int],
        edges: Sequence[Edge],
        spacing: Spacing,
        limit: int | None,
        room: int | None,
    ):
        self.gap = max(spacing.boxes, spacing.passages)
        self.breadths = {node: breadth + self.gap for node, breadth in breadths.items()}
        self.limit = None if limit is None else limit + self.gap
        self.parents: dict[str, list[str]] = {node: [] for node in breadths}
        self.children: dict[str, list[str]] = {node: [] for node in breadths}
        for source, target in edges:
            self.parents[target].append(source)
            self.children[source].append(target)
        self.of = self._schedule(None if room is None else room + self.gap)
        self.unit = sum(self.breadths.values()) / len(self.breadths)
        self.loads = [0] * (1 + max(self.of.values()))
        self.squares = 0
        self.overflow = 0
        """Cells beyond the limit, over all levels."""
        self.passages = 0
        for node, level in self.of.items():
            self._load(level, self.breadths[node])
            if self.children[node]:
                self._shift_passages(level + 1, self._end(node), +1)

    def _schedule(self, room: int | None) -> dict[str, int]:
        """Fills level after level; boxes with the longest way ahead come first."""
        ahead = self._ways_ahead()
        waiting = {node: len(parents) for node, parents in self.parents.items()}
        ready = [node for node, count in waiting.items() if not count]
        of: dict[str, int] = {}
        level = 0
        while ready:
            used, later, opened = 0, list[str](), list[str]()
            for node in sorted(ready, key=lambda node: -ahead[node]):
                if used and room is not None and used + self.breadths[node] > room:
                    later.append(node)
                    continue
                used += self.breadths[node]
                of[node] = level
                for child in self.children[node]:
                    waiting[child] -= 1
                    if not waiting[child]:
                        opened.append(child)
            ready, level = later + opened, level + 1
        return {node: of[node] for node in self.breadths}

    def _ways_ahead(self) -> dict[str, int]:
        """How many boxes follow each one on its longest way to an end."""
        waiting = {node: len(children) for node, children in self.children.items()}
        ahead = dict.fromkeys(waiting, 0)
        pending = [node for node, count in waiting.items() if not count]
        while pending:
            node = pending.pop()
            for parent in self.parents[node]:
                ahead[parent] = max(ahead[parent], ahead[node] + 1)
                waiting[parent] -= 1
                if not waiting[parent]:
                    pending.append(parent)
        return ahead

    def improve(self) -> None:
        """Moves boxes one by one to the level that costs least, until none wants to move."""
        for _ in range(_ROUNDS):
            moved = [node for node in self.of if self._settle(node)]
            if not moved:
                break

    def _settle(self, node: str) -> bool:
        home = self.of[node]
        first = 1 + max((self.of[parent] for parent in self.parents[node]), default=-1)
        last = min((self.of[child] for child in self.children[node]), default=len(self.loads)) - 1
        if first == last:
            return False
        best, best_cost = home, self.cost()
        for level in range(max(first, home - _FAR), min(last, home + _FAR) + 1):
            self._move(node, level)
            cost = self.cost()
            if cost < best_cost - 1e-9:
                best, best_cost = level, cost
        self._move(node, best)
        return best != home

    def _move(self, node: str, level: int) -> None:
        home = self.of[node]
        ends = [(parent, self._end(parent)) for parent in self.parents[node]]
        self._load(home, -self.breadths[node])
        self.of[node] = level
        self._load(level, self.breadths[node])
        if self.children[node]:
            self._shift_passages(home + 1, level + 1, -1)
        for parent, end in ends:
            self._shift_passages(end, self._end(parent), +1)

    def _end(self, node: str) -> int:
        """The level at which the last of a node's edges ends."""
        return max(self.of[child] for child in self.children[node])

    def _shift_passages(self, before: int, after: int, sign: int) -> None:
        """One passage per level more (sign +1) or less (-1), for an end that moves on."""
        forward = after > before
        for level in range(before, after) if forward else range(after, before):
            step = sign if forward else -sign
            self._load(level, step * (1 + self.gap))
            self.passages += step

    def _load(self, level: int, cells: int) -> None:
        before = self.loads[level]
        after = self.loads[level] = before + cells
        self.squares += after * after - before * before
        if self.limit is not None:
            self.overflow += max(0, after - self.limit) - max(0, before - self.limit)

    def cost(self) -> float:
        """Broad levels and passages cost; what lies beyond the limit costs most."""
        squares = self.squares / self.unit**2
        return squares + _PASSAGE_COST * self.passages + _OVERFLOW_COST * self.overflow

    def without_gaps(self) -> dict[str, int]:
        """The levels, renumbered such that none is without boxes."""
        numbers = {level: number for number, level in enumerate(sorted(set(self.of.values())))}
        return {node: numbers[level] for node, level in self.of.items()}
