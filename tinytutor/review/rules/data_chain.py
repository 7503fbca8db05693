"""RV504: data within data."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme

_MANY = 10


def _check(context: Context) -> Iterator[Hit]:
    chains = [
        (node.lineno, _depth(node))
        for node in context.material.index.of(ast.Attribute)
        if node.attr == "data"
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "data"
    ]
    if chains:
        deepest = max(depth for _, depth in chains)
        lines = {line for line, _ in chains}
        much = deepest > 2 or len(lines) >= _MANY
        yield Hit(
            f"`{'.data' * deepest}` on {len(lines)} line{'s' if len(lines) > 1 else ''}: "
            f"what is the value?",
            min(lines),
            "data",
            severity=Severity.HIGH if much else None,
            hours=1.0 if much else None,
        )


def _depth(node: ast.expr) -> int:
    depth = 0
    while isinstance(node, ast.Attribute) and node.attr == "data":
        depth, node = depth + 1, node.value
    return depth


RULE = Rule(
    code="RV504",
    name="data-within-data",
    theme=Theme.IMPORTS,
    severity=Severity.MEDIUM,
    hours=0.5,
    what="`.data.data`. High from three in a row, or on ten lines and more. All of a lesson "
    "are one finding.",
    why="The student can't tell tensor, variable and array apart.",
    example="new = parameter.data.data - lr * parameter.grad.data.data",
    fix="Give the outer type a method or property with a name, such as `numpy()`, and use it "
    "everywhere.",
    blind="The same chain under other names.",
    check=_check,
)
