from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings

from tests.curriculum.samples import course_of, requirements
from tinytutor.curriculum.graph import edges, levels
from tinytutor.curriculum.layered.items import Item, Spacing, arrange, build_items, distance
from tinytutor.curriculum.layered.placement import link_cost, packed_breadth, place
from tinytutor.curriculum.layered.straightening import straighten

SPACING = Spacing(boxes=2, passages=2, track_step=1, track_margin=0)


def rows_of(requires: dict[int, tuple[int, ...]], breadth: int = 11) -> list[list[Item]]:
    course = course_of(requires)
    rows = build_items(
        {module.id: breadth for module in course.modules}, edges(course), levels(course)
    )
    arrange(rows)
    return rows


def cost(rows: list[list[Item]]) -> float:
    return sum(
        link_cost(upper, lower, upper.center, lower.center)
        for row in rows
        for upper in row
        for lower in upper.below
    )


@settings(deadline=None)
@given(requirements())
def test_neighbours_keep_their_distance_within_the_room(
    requires: dict[int, tuple[int, ...]],
) -> None:
    for ease in (0, 30):
        rows = rows_of(requires)
        room = packed_breadth(rows, SPACING) + ease
        place(rows, SPACING, room)
        for _ in range(2):
            for row in rows:
                assert row[0].start >= 0
                assert row[-1].center + row[-1].after < room
                for left, right in pairwise(row):
                    assert right.center - left.center >= distance(left, right, SPACING)
            before = cost(rows)
            straighten(rows, SPACING, room)
            assert cost(rows) <= before + 1e-9


@pytest.mark.parametrize("length", [2, 5, 9])
def test_a_chain_is_straight(length: int) -> None:
    rows = rows_of({number: (number - 1,) if number > 1 else () for number in range(1, length)})
    place(rows, SPACING, 60)
    assert len({item.center for row in rows for item in row}) == 1


def test_a_box_stands_in_the_middle_above_its_two_children() -> None:
    rows = rows_of({1: (), 2: (1,), 3: (1,)})
    place(rows, SPACING, 60)
    straighten(rows, SPACING, 60)
    (parent,), (left, right) = rows
    assert abs(2 * parent.center - left.center - right.center) <= 1


def test_a_long_edge_is_straight() -> None:
    rows = rows_of({1: (), 2: (1,), 3: (2,), 4: (3,), 5: (1, 4)})
    place(rows, SPACING, 60)
    straighten(rows, SPACING, 60)
    assert len({item.center for row in rows for item in row if not item.is_box}) == 1
