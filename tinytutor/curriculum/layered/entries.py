"""Where each edge enters its box: every edge has a cell of its own on the box's side."""

from __future__ import annotations

from collections.abc import Sequence, Set
from math import inf

from tinytutor.curriculum.layered.items import Item

_SLOT_DISTANCE = 4
_CROOKED = 3.0
_OFF_ITS_SLOT = 0.1
_PARTS_IN_THREE = 1.0
"""Below an exit from which edges lead to either side, a third edge would need a second track."""
_OPPOSITE_A_STRANGER = 8.0
_BESIDE_A_STRANGER = 1.0


def entries(box: Item, exits: Set[int]) -> dict[Item, int]:
    """The cell across at which the edge from each item above enters a box.

    The edges keep the order in which they come, stay apart where there's room, run straight where
    they can, and avoid the exits of strangers: an edge that enters opposite the exit of a box seems
    to come from there.

    Args:
        box: a box, placed like all items of the level above.
        exits: centers of the items of the level above from which edges go on.
    """
    comers = sorted(box.above, key=lambda item: item.center)
    cells = _open_cells(box, len(comers))
    step = 2 if len(cells) >= 2 * len(comers) - 1 else 1
    slot_distance = min(_SLOT_DISTANCE, max(step, len(cells) // max(1, len(comers))))
    first_slot = box.center - slot_distance * (len(comers) - 1) / 2
    parting = {comer for comer in comers if _parts_around(comer, box)}
    # best[n]: the cheapest cells for the comers so far among the first n cells, and their cost.
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())] * (len(cells) + 1)
    for number, comer in enumerate(comers):
        slot = first_slot + number * slot_distance
        reached: list[tuple[float, tuple[int, ...]]] = [(inf, ())]
        for index, cell in enumerate(cells):
            cost, taken = best[max(0, index + 1 - step)]
            cost += _cost(cell, comer.center, slot, exits, parts=comer in parting)
            reached.append(min(reached[-1], (cost, (*taken, cell))))
        best = reached
    return dict(zip(comers, best[-1][1], strict=True))


def _open_cells(box: Item, wanted: int) -> Sequence[int]:
    """Cells of the box's side where edges may enter; close to its corners only if they must."""
    before, after = box.reach_before, box.reach_after
    if 1 + before + after < wanted:
        before, after = box.before - 1, box.after - 1
    return range(box.center - before, box.center + after + 1)


def _parts_around(comer: Item, box: Item) -> bool:
    """Whether edges from the same item pass the box on either side."""
    others = [lower.center for lower in comer.below if lower is not box]
    return any(o < box.center for o in others) and any(o > box.center for o in others)


def _cost(cell: int, origin: int, slot: float, exits: Set[int], *, parts: bool) -> float:
    if cell == origin and not parts:
        return 0.0
    cost = _CROOKED + _OFF_ITS_SLOT * abs(cell - slot)
    if parts and abs(cell - origin) <= 1:
        cost += _PARTS_IN_THREE
    if cell in exits and cell != origin:
        cost += _OPPOSITE_A_STRANGER
    for beside in (cell - 1, cell + 1):
        if beside in exits and beside != origin:
            cost += _BESIDE_A_STRANGER
    return cost
