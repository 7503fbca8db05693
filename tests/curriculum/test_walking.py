from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.curriculum.samples import course_of, drawn_graphs, module_id
from tinytutor.curriculum.graph import Edge, edges
from tinytutor.curriculum.layout import Flow, Size, lay_out
from tinytutor.curriculum.walking import Direction, step

SMALL = course_of({1: (), 2: (1,), 3: (1,), 4: (2,), 5: (3,), 6: (3,), 7: (5, 6)})
"""01 → 02 → 04; 01 → 03 → 05, 06 → 07."""
UP, DOWN, LEFT, RIGHT = Direction.UP, Direction.DOWN, Direction.LEFT, Direction.RIGHT
SIDEWAYS = {UP: LEFT, LEFT: UP, DOWN: RIGHT, RIGHT: DOWN}


@pytest.mark.parametrize("flow", Flow)
@pytest.mark.parametrize(
    ("start", "direction", "end"),
    [
        (1, DOWN, 3),
        (1, UP, None),
        (1, LEFT, None),
        (1, RIGHT, 2),
        (2, DOWN, 4),
        (2, RIGHT, 3),
        (3, LEFT, 2),
        (3, UP, 1),
        (4, UP, 2),
        (4, DOWN, 7),
        (4, LEFT, 3),
        (6, RIGHT, 7),
        (7, UP, 5),
        (7, DOWN, None),
        (7, RIGHT, None),
    ],
)
def test_steps(flow: Flow, start: int, direction: Direction, end: int | None) -> None:
    layout = lay_out({module.id: Size(11, 5) for module in SMALL.modules}, edges(SMALL), flow=flow)
    turned = direction if flow is Flow.DOWN else SIDEWAYS[direction]
    found = step(layout, module_id(start), turned)
    if (start, direction) in ((1, DOWN), (7, UP)):
        # Both ways are as near: what counts is that the step follows an edge.
        pair = (module_id(start), found) if direction is DOWN else (found, module_id(start))
        assert pair in layout.ways
    else:
        assert found == (None if end is None else module_id(end))


@settings(deadline=None, max_examples=60)
@given(drawn_graphs())
def test_every_box_can_be_reached_from_every_other(
    graph: tuple[dict[str, Size], tuple[Edge, ...], Flow, int | None],
) -> None:
    sizes, edges_, flow, breadth = graph
    layout = lay_out(sizes, edges_, flow=flow, breadth=breadth)
    for start in sizes:
        reached, pending = {start}, [start]
        while pending:
            node = pending.pop()
            for direction in Direction:
                found = step(layout, node, direction)
                if found is not None and found not in reached:
                    reached.add(found)
                    pending.append(found)
        assert reached == set(sizes)


@settings(deadline=None, max_examples=60)
@given(drawn_graphs())
def test_with_and_against_the_flow_steps_follow_edges_where_there_are_any(
    graph: tuple[dict[str, Size], tuple[Edge, ...], Flow, int | None],
) -> None:
    sizes, edges_, flow, breadth = graph
    layout = lay_out(sizes, edges_, flow=flow, breadth=breadth)
    onward, back = (DOWN, UP) if flow is Flow.DOWN else (RIGHT, LEFT)
    for node in sizes:
        after = {target for source, target in edges_ if source == node}
        before = {source for source, target in edges_ if target == node}
        assert not after or step(layout, node, onward) in after
        assert not before or step(layout, node, back) in before
