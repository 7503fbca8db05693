"""How edges run between two levels: each net on tracks of its own, with few crossings.

All edges that leave one item form a net: a line from the item's center to a track, along the track,
and from there to each entry. Two nets share no cell but where one truly crosses the other. Nor does
a net look as if it crossed itself: where it would part in three at one cell, it takes two tracks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import combinations, count

_GAP = 2
"""Least distance between the ends of two stretches on one track."""


@dataclass(frozen=True, slots=True)
class Net:
    """The edges of one item between its level and the next, across."""

    exit: int
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """A bend of an edge: a place across, and a track."""

    across: int
    track: int


@dataclass(frozen=True, slots=True)
class Channel:
    """What lies between two levels."""

    ways: tuple[Mapping[int, tuple[Turn, ...]], ...]
    """For each net, by entry, the bends on the way there; without any, the edge runs straight."""
    tracks: int
    """How many there are; track 0 lies next to the upper level."""
    crossings: int
    length: int
    """Cells of all stretches along tracks."""


@dataclass(slots=True, eq=False)
class _Stretch:
    """The part of a net that lies on one track."""

    net: int
    comes: int
    """Where, across, its line from above arrives."""
    leaves: list[int]
    """Where its lines downward start."""
    fed_by: _Stretch | None = None
    """The stretch of the same net that its line from above comes from, if not the exit."""
    track: int = 0
    low: int = field(init=False)
    high: int = field(init=False)

    def __post_init__(self) -> None:
        self.measure()

    def measure(self) -> None:
        """Writes its first and last cell across."""
        self.low = min(self.comes, *self.leaves)
        self.high = max(self.comes, *self.leaves)


def route_channel(nets: Sequence[Net]) -> Channel:
    """Routes the nets between two levels. No two may have an exit in common, nor an entry."""
    stretches = [stretch for index, net in enumerate(nets) for stretch in _stretches(index, net)]
    _untie(stretches, nets)
    order = _ordered(stretches)
    tracks = _assign_tracks(order)
    ways: list[dict[int, tuple[Turn, ...]]] = [
        {net.exit: ()} if net.exit in net.entries else {} for net in nets
    ]
    for stretch in stretches:
        for leave in stretch.leaves:
            if leave in nets[stretch.net].entries:
                ways[stretch.net][leave] = tuple(_turns(stretch, leave))
    straight = [net.exit for net in nets if net.exit in net.entries]
    crossings = sum(one.low < exit_ < one.high for one in stretches for exit_ in straight)
    crossings += sum(_crossings(upper, lower) for upper, lower in combinations(order, 2))
    length = sum(stretch.high - stretch.low for stretch in stretches)
    return Channel(tuple(ways), tracks, crossings, length)


def _stretches(index: int, net: Net) -> Iterator[_Stretch]:
    left = [entry for entry in net.entries if entry < net.exit]
    right = [entry for entry in net.entries if entry > net.exit]
    if left and right and net.exit in net.entries:
        yield _Stretch(index, net.exit, left)
        yield _Stretch(index, net.exit, right)
    elif left or right:
        yield _Stretch(index, net.exit, left + right)


def _turns(stretch: _Stretch, leave: int) -> Iterator[Turn]:
    if stretch.fed_by is not None:
        yield from _turns(stretch.fed_by, stretch.comes)
    yield Turn(stretch.comes, stretch.track)
    yield Turn(leave, stretch.track)


def _untie(stretches: list[_Stretch], nets: Sequence[Net]) -> None:
    """Splits stretches until none has to lie both above and below another."""
    taken = {across for net in nets for across in (net.exit, *net.entries)}
    while (knot := _knot(stretches)) is not None:
        stretch, leave = knot
        middle = _free_cell(taken, leave)
        taken.add(middle)
        stretch.leaves = [middle if other == leave else other for other in stretch.leaves]
        stretch.measure()
        stretches.append(_Stretch(stretch.net, middle, [leave], fed_by=stretch))


def _knot(stretches: Sequence[_Stretch]) -> tuple[_Stretch, int] | None:
    """A stretch in a circle of "must lie below", and the leave that ties it there."""
    above = _must_lie_above(stretches)
    remaining = dict(above)
    while free := [one for one in remaining if not any(o in remaining for o in above[one])]:
        for stretch in free:
            del remaining[stretch]
    if not remaining:
        return None
    # Each one that remains lies below another that remains, so this walk must come back.
    walked: list[_Stretch] = []
    stretch = next(iter(remaining))
    while stretch not in walked:
        walked.append(stretch)
        stretch = next(other for other in above[stretch] if other in remaining)
    return walked[-1], stretch.comes


def _must_lie_above(stretches: Sequence[_Stretch]) -> dict[_Stretch, list[_Stretch]]:
    """For every stretch those whose lines from above would otherwise run into its lines down."""
    coming: dict[int, list[_Stretch]] = {}
    for stretch in stretches:
        coming.setdefault(stretch.comes, []).append(stretch)
    above: dict[_Stretch, list[_Stretch]] = {}
    for stretch in stretches:
        met = [other for leave in stretch.leaves for other in coming.get(leave, ())]
        above[stretch] = [other for other in met if other.net != stretch.net]
        if stretch.fed_by is not None:
            above[stretch].append(stretch.fed_by)
    return above


def _free_cell(taken: Set[int], wanted: int) -> int:
    """The nearest cell to the one wanted that no line uses."""
    return next(
        cell
        for step in count(1)
        for cell in (wanted - step, wanted + step)
        if cell >= 0 and cell not in taken
    )


def _ordered(stretches: Sequence[_Stretch]) -> list[_Stretch]:
    """From the upper level to the lower one, with few crossings."""
    above = _must_lie_above(stretches)
    gains = _gains(stretches)
    order: list[_Stretch] = []
    waiting = dict.fromkeys(stretches)
    while waiting:
        free = [one for one in waiting if not any(other in waiting for other in above[one])]
        first = max(free, key=lambda one: sum(g for o, g in gains[one].items() if o in waiting))
        del waiting[first]
        order.append(first)
    improved = True
    while improved:
        improved = False
        for stretch in stretches:
            improved |= _sift(order, stretch, above, gains)
    return order


_Gains = Mapping[_Stretch, Mapping[_Stretch, int]]
"""How many crossings the first saves if it lies above the second instead of below it."""


def _gains(stretches: Sequence[_Stretch]) -> _Gains:
    gains: dict[_Stretch, dict[_Stretch, int]] = {stretch: {} for stretch in stretches}
    for one, other in combinations(stretches, 2):
        if one.net != other.net and one.low <= other.high and other.low <= one.high:
            gain = _crossings(other, one) - _crossings(one, other)
            if gain:
                gains[one][other], gains[other][one] = gain, -gain
    return gains


def _crossings(upper: _Stretch, lower: _Stretch) -> int:
    down_through = sum(lower.low < leave < lower.high for leave in upper.leaves)
    return down_through + (upper.low < lower.comes < upper.high)


def _sift(
    order: list[_Stretch],
    stretch: _Stretch,
    above: Mapping[_Stretch, Sequence[_Stretch]],
    gains: _Gains,
) -> bool:
    """Moves one stretch to the place with the fewest crossings; whether that saved any."""
    home = order.index(stretch)
    best, best_gain = home, 0
    for step in (-1, 1):
        gain, place = 0, home + step
        while 0 <= place < len(order):
            passed = order[place]
            if passed in above[stretch] if step < 0 else stretch in above[passed]:
                break
            gain -= step * gains[stretch].get(passed, 0)
            if gain > best_gain:
                best, best_gain = place, gain
            place += step
    order.insert(best, order.pop(home))
    return best_gain > 0


def _assign_tracks(order: Sequence[_Stretch]) -> int:
    """Writes each stretch's track, close to the upper level; how many tracks that takes."""
    above = _must_lie_above(order)
    for index, stretch in enumerate(order):
        blockers = (
            other.track + 1
            for other in order[:index]
            if other in above[stretch]
            or (stretch.low < other.high + _GAP and other.low < stretch.high + _GAP)
        )
        stretch.track = max(blockers, default=0)
    return 1 + max((stretch.track for stretch in order), default=-1)
