from __future__ import annotations

from itertools import combinations

from hypothesis import given

from tests.curriculum.samples import course_of, requirements
from tinytutor.curriculum.graph import edges, levels
from tinytutor.curriculum.layered.items import Item, arrange, build_items, disorder
from tinytutor.curriculum.layered.ordering import count_crossings, good_orders


def rows_of(requires: dict[int, tuple[int, ...]]) -> list[list[Item]]:
    course = course_of(requires)
    return build_items({module.id: 5 for module in course.modules}, edges(course), levels(course))


def counted_pair_by_pair(rows: list[list[Item]]) -> int:
    arrange(rows)
    links = [[(u.rank, low.rank) for u in row for low in u.below] for row in rows]
    return sum(
        (one[0] - other[0]) * (one[1] - other[1]) < 0
        for level in links
        for one, other in combinations(level, 2)
    )


@given(requirements())
def test_crossings_are_counted_right(requires: dict[int, tuple[int, ...]]) -> None:
    rows = rows_of(requires)
    assert count_crossings(rows) == counted_pair_by_pair(rows)


@given(requirements())
def test_orders_hold_all_items_and_are_no_worse_than_the_first(
    requires: dict[int, tuple[int, ...]],
) -> None:
    rows = rows_of(requires)
    first = count_crossings(rows) + 0.25 * disorder(rows)
    orders = good_orders(rows, starts=6, keep=3)
    assert 1 <= len(orders) <= 3
    for order in orders:
        assert [set(row) for row in order] == [set(row) for row in rows]
    assert count_crossings(orders[0]) + 0.25 * disorder(orders[0]) <= first


def test_a_tangle_is_untangled() -> None:
    tangled = rows_of({1: (), 2: (), 3: (), 4: (3,), 5: (2,), 6: (1,)})
    assert count_crossings(tangled) == 3
    best = good_orders(tangled, starts=2, keep=1)[0]
    assert count_crossings(best) == 0


def test_among_equals_numbers_ascend() -> None:
    (best,) = good_orders(rows_of({1: (), 2: (1,), 3: (1,), 4: (1,)}), starts=4, keep=1)
    assert [item.number for item in best[1]] == [1, 2, 3]
    assert disorder(best) == 0


def test_long_edges_of_one_box_share_their_passages() -> None:
    rows = rows_of({1: (), 2: (1,), 3: (2,), 4: (1, 3), 5: (1, 4)})
    passages = [item for row in rows for item in row if not item.is_box]
    assert [(item.node[:2], item.level) for item in passages] == [("01", 1), ("01", 2), ("01", 3)]
