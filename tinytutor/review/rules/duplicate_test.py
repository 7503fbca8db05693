"""RV205: two tests of one name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from tinytutor.review.anatomy import Test
from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.syntax import DEFINITIONS


def _check(context: Context) -> Iterator[Hit]:
    found: dict[str, list[Test]] = defaultdict(list)
    # Tests in a `try` and its handler are alternatives.
    top = {id(node) for node in context.material.tree.body}
    for test in context.anatomy.named_tests:
        if id(test.node) in top and isinstance(test.node, DEFINITIONS):
            found[test.name].append(test)
    for name, tests in found.items():
        for earlier, later in pairwise(tests):
            yield Hit(
                f"`{name}` is defined a second time and hides the first "
                f"(line {context.material.file_line(earlier.node.lineno)})",
                later.node.lineno,
                name,
                fix=f"Rename one of them, and run both: the main block can reach only one "
                f"`{name}`.",
            )


RULE = Rule(
    code="RV205",
    name="duplicate-test",
    theme=Theme.TESTING,
    severity=Severity.HIGH,
    hours=0.25,
    what="A test function that is defined twice under one name.",
    why="The second hides the first, which then is no longer run by the main block.",
    example="def test_linear(): ...  # shapes\ndef test_linear(): ...  # values",
    fix="Give each test a name of its own.",
    blind="Definitions in different branches of an `if` or `try`: those are alternatives.",
    check=_check,
)
