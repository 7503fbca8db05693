"""RV211: a test that says nowhere what it looks at."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.material import CellType
from tinytutor.review.syntax import DEFINITIONS, docstring, walk


def _check(context: Context) -> Iterator[Hit]:
    for test in context.anatomy.named_tests:
        node = test.node
        if not isinstance(node, DEFINITIONS) or docstring(node) or not test.asserts:
            continue
        inside = walk(node)
        if any(isinstance(each, ast.Constant) and _sentence(each.value) for each in inside):
            continue
        cell = context.material.cell_at(node.lineno)
        if cell is None or _explained_before(context, cell.index, node.lineno):
            continue
        yield Hit(
            f"`{test.name}` has no docstring, no message and no text before it",
            node.lineno,
            test.name,
        )


def _sentence(value: object) -> bool:
    return isinstance(value, str) and len(value.split()) >= 2


def _explained_before(context: Context, index: int, line: int) -> bool:
    before = context.material.cells[index - 1] if index else None
    if before is not None and before.type is CellType.TEXT:
        return True
    lines = context.material.lines
    return line >= 2 and lines[line - 2].lstrip().startswith("# ") and "%%" not in lines[line - 2]


RULE = Rule(
    code="RV211",
    name="test-without-explanation",
    theme=Theme.TESTING,
    severity=Severity.LOW,
    hours=0.1,
    what="A test without docstring, without a message in any assertion, and without a text or "
    "comment "
    "right before it.",
    why="Where it fails, the student must read the test's code to learn what was asked.",
    example="def test_t3():\n    assert f(2) == 4",
    fix="Say in one sentence what the test looks at.",
    blind="Whether the explanation explains.",
    check=_check,
)
