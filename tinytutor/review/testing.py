"""When tests come and whether they run: questions that several rules and the scorecard ask."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tinytutor.review.anatomy import Anatomy, Implementation, Test
from tinytutor.review.context import Context
from tinytutor.review.syntax import FUNCTIONS


@dataclass(frozen=True, slots=True)
class Late:
    """Implementations of one cell that no test follows at once."""

    names: tuple[str, ...]
    cell: int
    line: int
    tested_at: int
    """Line of the first test that uses one of them, 0 where none does."""


@dataclass(frozen=True, slots=True)
class ImmediateTests:
    """How the tests of a lesson follow its implementations."""

    total: int
    """Implementations."""
    immediate: int
    """Those whose test comes before the next implementation."""
    late: tuple[Late, ...]
    exercises: int
    """Groups of implementations that may share a test, such as those of one cell."""

    @property
    def exercise_share(self) -> float:
        """Share of the exercises whose test comes at once, 0 to 1."""
        return 1 - len(self.late) / self.exercises

    @property
    def share(self) -> float:
        """0 to 1."""
        return self.immediate / self.total

    @property
    def mostly_immediate(self) -> bool:
        """Whether the lesson follows the pattern and leaves it only in places."""
        return self.share >= 0.5


def immediate_tests(anatomy: Anatomy) -> ImmediateTests | None:
    """None where the lesson implements nothing."""
    groups = list(_groups(anatomy))
    if not groups:
        return None
    late = []
    immediate = 0
    for group, following in zip(groups, [*groups[1:], None], strict=True):
        end = following[0].node.lineno if following else 1 << 30
        tests = [t for t in anatomy.tests if group[0].node.lineno < t.node.lineno < end]
        if any(_concerns(test, group, groups) for test in tests):
            immediate += len(group)
        else:
            names = tuple(dict.fromkeys(each.name for each in group))
            late.append(
                Late(names, group[0].cell, group[0].node.lineno, _first_use(anatomy, group))
            )
    return ImmediateTests(sum(map(len, groups)), immediate, tuple(late), len(groups))


def tests_never_run(context: Context) -> list[Test]:
    """Named tests that running the lesson does not run."""
    anatomy, execution = context.anatomy, context.execution
    entered = execution.run.entered
    unseen = [test for test in anatomy.named_tests if not _was_entered(test, entered)]
    if execution.finished:
        return unseen
    # What a failed run did not reach may still be called behind the failure.
    reached = anatomy.run_at_top | anatomy.run_in_main
    return [test for test in unseen if test.name not in reached]


def tests_missing_in_main(context: Context) -> list[Test]:
    """Named tests that the main blocks do not run."""
    anatomy, execution = context.anatomy, context.execution
    if execution.finished and execution.run.reached_main:
        entered = execution.run.entered_in_main
        return [test for test in anatomy.named_tests if not _was_entered(test, entered)]
    return [test for test in anatomy.named_tests if test.name not in anatomy.run_in_main]


def _was_entered(test: Test, entered: frozenset[tuple[str, int]]) -> bool:
    if isinstance(test.node, ast.ClassDef):
        methods = [node for node in test.node.body if isinstance(node, FUNCTIONS)]
        return any((node.name, node.lineno) in entered for node in methods)
    return (test.name, test.node.lineno) in entered


def _groups(anatomy: Anatomy) -> Iterator[list[Implementation]]:
    """Implementations that may share a test: those of one cell with no test between them."""
    group: list[Implementation] = []
    tests = [test.node.lineno for test in anatomy.tests]
    for each in anatomy.implementations:
        if group:
            last = group[-1]
            together = each.cell == last.cell and anatomy.material.has_cells
            parted = any(last.node.lineno < line < each.node.lineno for line in tests)
            if parted or not together:
                yield group
                group = []
        group.append(each)
    if group:
        yield group


def _concerns(
    test: Test, group: Sequence[Implementation], groups: Sequence[Sequence[Implementation]]
) -> bool:
    """Whether the test is about the group: it uses one of its names, or no other group's."""
    own = frozenset[str]().union(*(each.provides for each in group))
    if test.uses & own:
        return True
    others = {each.name for other in groups if other is not group for each in other} - own
    return not test.uses & others


def _first_use(anatomy: Anatomy, group: Sequence[Implementation]) -> int:
    own = {each.name for each in group}
    return next((test.node.lineno for test in anatomy.tests if test.uses & own), 0)
