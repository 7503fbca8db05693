"""Where boxes and edges lie, whatever the graph."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings

from tests.curriculum.samples import chain_with_side_ways, course_of, drawn_graphs, module_id
from tinytutor.curriculum.graph import Edge, edges
from tinytutor.curriculum.layout import (
    Flow,
    Layout,
    Point,
    Rectangle,
    Size,
    lay_out,
)

WHOLE = course_of()
COMPACT = {module.id: Size(20, 3) for module in WHOLE.modules}


def cells(way: tuple[Point, ...]) -> list[Point]:
    """Every cell on a way, in order."""
    found = [way[0]]
    for start, end in pairwise(way):
        assert (start.x == end.x) != (start.y == end.y), "ways bend at right angles"
        across, down = (end.x > start.x) - (end.x < start.x), (end.y > start.y) - (end.y < start.y)
        while found[-1] != end:
            found.append(Point(found[-1].x + across, found[-1].y + down))
    return found


def covers(box: Rectangle, point: Point) -> bool:
    return box.x <= point.x <= box.right and box.y <= point.y <= box.bottom


def check(layout: Layout, sizes: dict[str, Size], graph: tuple[Edge, ...]) -> None:
    """All that must hold of any layout."""
    assert list(layout.boxes) == list(sizes)
    assert set(layout.ways) == set(graph)
    assert sorted(node for level in layout.levels for node in level) == sorted(sizes)
    for node, box in layout.boxes.items():
        assert box.width >= sizes[node].width and box.height >= sizes[node].height
        assert box.x >= 0 and box.right < layout.width
        assert box.y >= 0 and box.bottom < layout.height
    for one, other in combinations(layout.boxes.values(), 2):
        assert (
            one.right < other.x
            or other.right < one.x
            or one.bottom < other.y
            or other.bottom < one.y
        )
    level_of = {node: number for number, level in enumerate(layout.levels) for node in level}
    neighbours: dict[Point, dict[str, set[Point]]] = defaultdict(lambda: defaultdict(set))
    for (source, target), way in layout.ways.items():
        assert level_of[source] < level_of[target]
        path = cells(way)
        assert len(set(path)) == len(path), "an edge doesn't meet itself"
        _check_ends(layout, source, target, path)
        for point in path[1:-1]:
            assert 0 <= point.x < layout.width and 0 <= point.y < layout.height
            assert not any(covers(box, point) for box in layout.boxes.values())
        for before, after in pairwise(path):
            neighbours[before][source].add(after)
            neighbours[after][source].add(before)
    for point, by_source in neighbours.items():
        if len(by_source) > 1:
            # Edges from different boxes share a cell only where one truly crosses the other.
            level = {Point(point.x - 1, point.y), Point(point.x + 1, point.y)}
            upright = {Point(point.x, point.y - 1), Point(point.x, point.y + 1)}
            assert sorted(by_source.values(), key=str) == sorted((level, upright), key=str)
        else:
            # What looks like a crossing is one: a fork has three arms.
            assert all(len(around) <= 3 for around in by_source.values())


def _check_ends(layout: Layout, source: str, target: str, path: list[Point]) -> None:
    begin, end = layout.boxes[source], layout.boxes[target]
    if layout.flow is Flow.DOWN:
        assert path[0].y == begin.bottom and begin.x < path[0].x < begin.right
        assert path[-1].y == end.y and end.x < path[-1].x < end.right
    else:
        assert path[0].x == begin.right and begin.y < path[0].y < begin.bottom
        assert path[-1].x == end.x and end.y < path[-1].y < end.bottom


@settings(deadline=None, max_examples=150)
@given(drawn_graphs())
def test_any_graph_is_laid_out_well(
    graph: tuple[dict[str, Size], tuple[Edge, ...], Flow, int | None],
) -> None:
    sizes, edges_, flow, breadth = graph
    check(lay_out(sizes, edges_, flow=flow, breadth=breadth), sizes, edges_)


@pytest.mark.parametrize("flow", Flow)
@pytest.mark.parametrize("breadth", [None, 24, 80, 160])
def test_the_whole_course_is_laid_out_well(flow: Flow, breadth: int | None) -> None:
    layout = lay_out(COMPACT, edges(WHOLE), flow=flow, breadth=breadth)
    check(layout, COMPACT, edges(WHOLE))


@pytest.mark.parametrize(
    ("breadth", "lines"), [(78, 44), (100, 42), (120, 42), (160, 42), (None, 42)]
)
def test_the_whole_course_fits(breadth: int | None, lines: int) -> None:
    layout = lay_out(COMPACT, edges(WHOLE), breadth=breadth)
    assert layout.width <= (breadth or 120)
    assert layout.height <= lines


def test_the_same_course_gets_the_same_map() -> None:
    assert lay_out(COMPACT, edges(WHOLE)) == lay_out(COMPACT, edges(WHOLE))


def test_small_courses_look_as_one_would_draw_them() -> None:
    course = course_of({1: (), 2: (1,), 3: (2,), 4: (2,)})
    sizes = {module.id: Size(10, 3) for module in course.modules}
    layout = lay_out(sizes, edges(course))
    boxes = list(layout.boxes.values())
    assert [(box.x, box.y) for box in boxes] == [(6, 0), (6, 4), (0, 8), (12, 8)]
    assert len(layout.ways[module_id(1), module_id(2)]) == 2, "a single child lies straight below"


def test_a_course_without_modules_or_edges_has_a_map() -> None:
    assert lay_out({}, ()).levels == ()
    layout = lay_out({"a": Size(5, 3), "b": Size(5, 3)}, ())
    check(layout, {"a": Size(5, 3), "b": Size(5, 3)}, ())
    assert layout.levels == (("a", "b"),)


def test_a_box_grows_where_more_edges_enter_than_its_side_has_room_for() -> None:
    sizes = {f"{number:02}": Size(3, 3) for number in range(6)}
    graph = tuple((source, "05") for source in sorted(sizes) if source != "05")
    for flow, size in ((Flow.DOWN, (7, 3)), (Flow.RIGHT, (3, 7))):
        layout = lay_out(sizes, graph, flow=flow)
        check(layout, sizes, graph)
        assert (layout.boxes["05"].width, layout.boxes["05"].height) == size


def test_boxes_in_swapped_order_are_reached_without_confusion() -> None:
    sizes = {node: Size(9, 3) for node in "abcdef"}
    graph = tuple((source, target) for source in "abc" for target in "def")
    for flow in Flow:
        check(lay_out(sizes, graph, flow=flow), sizes, graph)


@pytest.mark.parametrize("breadth", [None, 160])
def test_a_course_of_three_hundred_modules_has_a_map(breadth: int | None) -> None:
    course = course_of(chain_with_side_ways(300))
    sizes = {module.id: Size(20, 3) for module in course.modules}
    layout = lay_out(sizes, edges(course), breadth=breadth)
    check(layout, sizes, edges(course))
    assert breadth is None or layout.width <= breadth
