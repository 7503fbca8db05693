from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given

from tests.curriculum.samples import course_of, module_id, requirements
from tinytutor.curriculum.graph import (
    ancestors,
    descendants,
    edges,
    find_cycles,
    levels,
    redundant_edges,
    topological_order,
    unlocks,
)

WHOLE = course_of()


def ids(*numbers: int) -> tuple[str, ...]:
    return tuple(module_id(number) for number in numbers)


def test_numbers_in_order_are_a_topological_order() -> None:
    assert topological_order(WHOLE) == ids(*range(1, 21))


def test_a_smaller_number_waits_for_its_prerequisite() -> None:
    assert topological_order(course_of({1: (3,), 2: (), 3: (2,), 4: ()})) == ids(2, 3, 1, 4)


@pytest.mark.parametrize(
    ("number", "before", "after"),
    [
        (1, (), tuple(range(2, 21))),
        (10, (1, 2), ()),
        (5, (1, 2, 3, 4), (6, 8, 16, 18, 20)),
        (14, (1, 2, 3, 4, 11, 12, 13), (19, 20)),
        (20, tuple(range(1, 10)) + tuple(range(11, 20)), ()),
    ],
)
def test_reach(number: int, before: tuple[int, ...], after: tuple[int, ...]) -> None:
    assert ancestors(WHOLE, module_id(number)) == set(ids(*before))
    assert descendants(WHOLE, module_id(number)) == set(ids(*after))


@pytest.mark.parametrize(
    ("number", "opened"), [(1, (2, 11)), (4, (5, 7, 9, 12, 13, 15)), (10, ()), (19, (20,))]
)
def test_unlocks(number: int, opened: tuple[int, ...]) -> None:
    assert unlocks(WHOLE, module_id(number)) == ids(*opened)


def test_levels_of_the_whole_course() -> None:
    found = levels(WHOLE)
    assert [Counter(found.values())[level] for level in range(8)] == [1, 2, 3, 6, 3, 3, 1, 1]
    assert found[module_id(20)] == 7


def test_the_whole_course_names_no_prerequisite_in_vain() -> None:
    assert redundant_edges(WHOLE) == ()


def test_a_prerequisite_that_another_one_brings_along_is_redundant() -> None:
    course = course_of({1: (), 2: (1,), 3: (2,), 4: (1, 3)})
    assert redundant_edges(course) == (ids(1, 4),)


@pytest.mark.parametrize(
    ("requires", "cycles"),
    [
        ({}, []),
        ({"a": ["b"], "b": []}, []),
        ({"a": ["a"]}, [("a", "a")]),
        ({"a": ["b"], "b": ["c"], "c": ["a"]}, [("a", "b", "c", "a")]),
        ({"a": ["b"], "b": ["c"], "c": ["b"]}, [("b", "c", "b")]),
        ({"a": ["b"], "b": ["a"], "c": ["d"], "d": ["c"]}, [("a", "b", "a"), ("c", "d", "c")]),
        ({"a": ["b", "b"], "b": []}, []),
        ({"a": ["unknown"]}, []),
    ],
)
def test_cycles(requires: dict[str, list[str]], cycles: list[tuple[str, ...]]) -> None:
    assert find_cycles(requires) == cycles


def test_a_very_long_chain_is_no_problem() -> None:
    chain = {number: [number + 1] for number in range(20_000)}
    requires = {str(number): [str(needed) for needed in after] for number, after in chain.items()}
    assert find_cycles(requires) == []
    assert len(find_cycles({**requires, "20000": ["0"]})[0]) == 20_002


@given(requirements())
def test_order_reach_and_levels_agree(requires: dict[int, tuple[int, ...]]) -> None:
    course = course_of(requires)
    order = topological_order(course)
    found = levels(course)
    assert sorted(order) == sorted(module.id for module in course.modules)
    for needed, module in edges(course):
        assert order.index(needed) < order.index(module)
        assert found[needed] < found[module]
        assert module in unlocks(course, needed)
    for module in course.modules:
        assert found[module.id] == 0 or found[module.id] - 1 in {
            found[needed] for needed in module.required_ids
        }
        for other in ancestors(course, module.id):
            assert module.id in descendants(course, other)


@given(requirements())
def test_without_redundant_edges_everything_is_reached_as_before(
    requires: dict[int, tuple[int, ...]],
) -> None:
    course = course_of(requires)
    number = {module.id: module.number for module in course.modules}
    vain = {(number[needed], number[module]) for needed, module in redundant_edges(course)}
    lean = course_of(
        {one: tuple(n for n in needed if (n, one) not in vain) for one, needed in requires.items()}
    )
    assert redundant_edges(lean) == ()
    for module in course.modules:
        assert ancestors(course, module.id) == ancestors(lean, module.id)


@given(requirements())
def test_a_closed_way_is_found_and_is_one(requires: dict[int, tuple[int, ...]]) -> None:
    graph = {str(one): [str(n) for n in needed] for one, needed in requires.items()}
    assert find_cycles(graph) == []
    last = str(max(requires))
    graph["1"] = [*graph["1"], last]
    if module_id(1) not in ancestors(course_of(requires), module_id(int(last))) and last != "1":
        assert find_cycles(graph) == []
        return
    (cycle, *_) = cycles = find_cycles(graph)
    assert cycles and cycle[0] == cycle[-1]
    assert all(after in graph[before] for before, after in pairwise(cycle))
