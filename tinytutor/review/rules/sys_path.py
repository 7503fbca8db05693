"""RV502: an edit of sys.path."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.syntax import dotted


def _check(context: Context) -> Iterator[Hit]:
    calls = [
        node.lineno
        for node in context.material.index.of(ast.Call)
        if dotted(node.func) in ("sys.path.append", "sys.path.insert", "sys.path.extend", "site.addsitedir")
    ]
    calls += [
        node.lineno
        for node in (*context.material.index.of(ast.Assign), *context.material.index.of(ast.AugAssign))
        if any(dotted(target) == "sys.path" for target in _targets(node))
    ]
    if calls:
        count = f"{len(calls)} edits" if len(calls) > 1 else "an edit"
        yield Hit(f"{count} of `sys.path`", min(calls), "sys.path")


def _targets(node: ast.Assign | ast.AugAssign) -> list[ast.expr]:
    found = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [each.value if isinstance(each, ast.Subscript) else each for each in found]


RULE = Rule(
    code="RV502",
    name="sys-path-edit",
    theme=Theme.IMPORTS,
    severity=Severity.MEDIUM,
    hours=0.5,
    what="`sys.path` is changed. All of a lesson are one finding.",
    why="What is imported depends on where the lesson is started; a stale copy may be tested.",
    example="sys.path.append(os.path.join(os.path.dirname(__file__), '..', '01_tensor'))",
    fix="Install the course's package (`pip install -e .`) and import it by its name.",
    blind="Edits through `.pth` files and PYTHONPATH.",
    check=_check,
)
