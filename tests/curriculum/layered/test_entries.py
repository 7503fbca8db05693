from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinytutor.curriculum.layered.entries import entries
from tinytutor.curriculum.layered.items import Item


def box(center: int, breadth: int = 20) -> Item:
    item = Item("box", 1, breadth, True, 0)
    item.center = center
    return item


def comers(target: Item, *centers: int) -> list[Item]:
    found = []
    for number, center in enumerate(centers):
        item = Item(f"{number}", 0, 20, True, number, below=[target])
        item.center = center
        found.append(item)
    target.above = found
    return found


@given(
    st.sets(st.integers(0, 80), min_size=1, max_size=6),
    st.integers(5, 25),
    st.sets(st.integers(0, 80), max_size=8),
)
def test_every_edge_has_a_cell_of_its_own_in_the_order_of_coming(
    centers: set[int], breadth: int, strangers: set[int]
) -> None:
    target = box(40, max(breadth, len(centers) + 2))
    above = comers(target, *sorted(centers))
    found = entries(target, strangers | centers)
    cells = [found[item] for item in above]
    assert cells == sorted(set(cells))
    assert target.start < cells[0] and cells[-1] < target.center + target.after


@pytest.mark.parametrize(
    ("centers", "exits", "cells"),
    [
        ((40,), (), (40,)),
        ((35,), (), (35,)),
        ((10,), (), (40,)),
        ((10, 70), (), (38, 42)),
        ((10, 44), (), (38, 44)),
        ((10,), (40,), (38,)),
        ((10, 40, 70), (), (36, 40, 44)),
    ],
)
def test_edges_enter_straight_or_in_the_middle(
    centers: tuple[int, ...], exits: tuple[int, ...], cells: tuple[int, ...]
) -> None:
    target = box(40)
    above = comers(target, *centers)
    found = entries(target, {*centers, *exits})
    assert tuple(found[item] for item in above) == cells


def test_below_an_exit_that_parts_to_both_sides_no_edge_runs_straight() -> None:
    target, left, right = box(40), box(10), box(70)
    (parent,) = comers(target, 40)
    parent.below += [left, right]
    assert abs(entries(target, {40})[parent] - 40) == 2
