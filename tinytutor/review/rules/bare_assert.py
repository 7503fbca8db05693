"""RV210: assertions without a message."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme


def _check(context: Context) -> Iterator[Hit]:
    spans = [
        (test.node.lineno, test.node.end_lineno or test.node.lineno)
        for test in context.anatomy.tests
    ]
    bare = [
        node
        for node in context.material.index.of(ast.Assert)
        if node.msg is None and any(first <= node.lineno <= last for first, last in spans)
    ]
    if bare:
        lines = [str(context.material.file_line(node.lineno)) for node in bare]
        more = f" and {len(lines) - 8} more" if len(lines) > 8 else ""
        yield Hit(
            f"{len(bare)} assertion{'s' if len(bare) > 1 else ''} without a message "
            f"(line {', '.join(lines[:8])}{more})",
            bare[0].lineno,
            "assert",
            hours=round(min(2.0, max(0.1, 0.05 * len(bare))), 2),
        )


RULE = Rule(
    code="RV210",
    name="assertion-without-message",
    theme=Theme.TESTING,
    severity=Severity.MEDIUM,
    hours=0.25,
    what="`assert` in a test with nothing behind a comma. All of a lesson are one finding.",
    why="The student reads `AssertionError` and learns nothing about the mistake.",
    example="assert y.shape == (2, 3)",
    fix='Say what was expected and what came: `assert n == 3, f"{n} rows, not 3"`.',
    blind="Whether a message helps.",
    check=_check,
)
