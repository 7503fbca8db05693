"""RV501: an import that falls back."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.syntax import DEFINITIONS, catches_import_error, walk


def _check(context: Context) -> Iterator[Hit]:
    inner: set[int] = set()
    for node in context.material.index.of(ast.Try):
        if id(node) in inner or not catches_import_error(node):
            continue
        wanted = [each for statement in node.body for each in walk(statement)]
        imported = [each for each in wanted if isinstance(each, ast.Import | ast.ImportFrom)]
        if not imported or not any(_is_own(each, context) for each in imported):
            continue
        inner |= {id(each) for each in walk(node)}
        handled = [each for handler in node.handlers for each in walk(handler)]
        methods = {id(n) for each in handled if isinstance(each, ast.ClassDef) for n in each.body}
        found = [
            each for each in handled if isinstance(each, DEFINITIONS) and id(each) not in methods
        ]
        stand_ins = [each.name for each in sorted(found, key=lambda each: each.lineno)]
        depends = _depends(context)
        if stand_ins:
            names = ", ".join(f"`{name}`" for name in dict.fromkeys(stand_ins[:5]))
            yield Hit(
                f"where the import fails, {names} stands in: tests then pass on code that is "
                f"not the "
                f"student's{depends}",
                node.lineno,
                ",".join(sorted(set(stand_ins))),
                hours=1.0,
            )
        elif any(isinstance(each, ast.Import | ast.ImportFrom | ast.Call) for each in handled):
            yield Hit(
                f"the import of the course's own code falls back to another place{depends}",
                node.lineno,
                "import",
                severity=Severity.MEDIUM,
            )


def _is_own(node: ast.Import | ast.ImportFrom, context: Context) -> bool:
    """Whether the course's own code is imported: its library, or a lesson's file."""
    if isinstance(node, ast.ImportFrom):
        return bool(node.level) or context.course.is_own(node.module or "")
    return any(context.course.is_own(alias.name) for alias in node.names)


def _depends(context: Context) -> str:
    execution = context.execution
    if execution.alone is None or execution.alone.outcome is execution.run.outcome:
        return ""
    return (
        f" (with the library of earlier modules the run {execution.run.outcome}, without it "
        f"{execution.alone.outcome})"
    )


RULE = Rule(
    code="RV501",
    name="import-fallback",
    theme=Theme.IMPORTS,
    severity=Severity.HIGH,
    hours=0.5,
    what="`try: import … except ImportError:` around an import of the course's own code. High "
    "where classes "
    "or functions stand in for it; medium where it is fetched from elsewhere.",
    why="The student does not know which code is being tested, and a missing module looks "
    "like a present one.",
    example="try:\n    from mylib.tensor import Tensor\nexcept ImportError:\n    class Tensor: ...",
    fix="Import it, once, from one place, and let the error say what is missing.",
    blind="Fallbacks for third-party packages, which may be sensible, are left alone.",
    check=_check,
)
