from __future__ import annotations

import pytest
from hypothesis import given

from tests.curriculum.samples import course_of, module_id, requirements
from tinytutor.curriculum.graph import edges, levels
from tinytutor.curriculum.layered.items import Spacing, build_items
from tinytutor.curriculum.layered.levels import assign_levels

SPACING = Spacing(boxes=2, passages=2, track_step=1, track_margin=0)


def breadth_of(row_breadths: list[int]) -> int:
    return sum(row_breadths) + 2 * (len(row_breadths) - 1)


@given(requirements())
def test_edges_lead_onward_and_no_level_is_empty(requires: dict[int, tuple[int, ...]]) -> None:
    course = course_of(requires)
    breadths = {module.id: 20 for module in course.modules}
    for limit in (None, 20, 50):
        found = assign_levels(breadths, edges(course), SPACING, limit)
        assert all(found[needed] < found[module] for needed, module in edges(course))
        assert set(found.values()) == set(range(max(found.values()) + 1))
    assert max(assign_levels(breadths, edges(course), SPACING, None).values()) <= max(
        levels(course).values()
    )


@pytest.mark.parametrize("limit", [64, 78, 100, 130])
def test_no_level_of_the_whole_course_is_broader_than_the_limit(limit: int) -> None:
    course = course_of()
    breadths = {module.id: 20 for module in course.modules}
    found = assign_levels(breadths, edges(course), SPACING, limit)
    for row in build_items(breadths, edges(course), found):
        assert breadth_of([item.breadth for item in row]) <= limit


def test_boxes_without_edges_are_parted_where_the_limit_asks_for_it() -> None:
    breadths = {f"{number}": 10 for number in range(5)}
    assert set(assign_levels(breadths, (), SPACING, None).values()) == {0}
    found = assign_levels(breadths, (), SPACING, 22)
    assert sorted(found.values()) == [0, 0, 1, 1, 2]


def test_a_box_moves_to_the_level_where_its_edges_are_shortest() -> None:
    course = course_of({1: (), 2: (1,), 3: (2,), 4: (), 5: (3, 4)})
    found = assign_levels({m.id: 20 for m in course.modules}, edges(course), SPACING, None)
    assert found[module_id(4)] == 2


def test_nothing_has_no_levels() -> None:
    assert assign_levels({}, (), SPACING, None) == {}
