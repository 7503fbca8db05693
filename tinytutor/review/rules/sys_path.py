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
        if dotted(node.func)
        in ("sys.path.append", "sys.path.insert", "sys.path.extend", "site.addsitedir")
    ]
    index = context.material.index
    assigned = [(node.lineno, node.targets) for node in index.of(ast.Assign)]
    assigned += [(node.lineno, [node.target]) for node in index.of(ast.AugAssign)]
    calls += [line for line, targets in assigned if any(map(_is_path, targets))]
    if calls:
        count = f"{len(calls)} edits" if len(calls) > 1 else "an edit"
        yield Hit(f"{count} of `sys.path`", min(calls), "sys.path")


def _is_path(target: ast.expr) -> bool:
    return dotted(target.value if isinstance(target, ast.Subscript) else target) == "sys.path"


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
