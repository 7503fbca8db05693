"""RV509: __file__ in what is a notebook, too."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.syntax import loaded, walk


def _check(context: Context) -> Iterator[Hit]:
    material = context.material
    if not material.has_cells:
        return
    for node in material.index.of(ast.Name):
        if node.id == "__file__" and not _guarded(context, node):
            yield Hit("`__file__` is not defined in a notebook", node.lineno, "__file__")
            return


def _guarded(context: Context, name: ast.Name) -> bool:
    index = context.material.index
    for node in index.of(ast.Try):
        inside = node.body[0].lineno <= name.lineno <= (node.body[-1].end_lineno or 0)
        for handler in node.handlers:
            kinds = loaded(walk(handler.type)) if handler.type is not None else {"NameError"}
            if inside and kinds & {"NameError", "Exception", "BaseException"}:
                return True
    for branch in index.of(ast.If):
        words = [each.value for each in walk(branch.test) if isinstance(each, ast.Constant)]
        asks = "__file__" in words or {"__name__", "get_ipython"} & loaded(walk(branch.test))
        if asks and branch.lineno <= name.lineno <= (branch.end_lineno or 0):
            return True
    for choice in index.of(ast.IfExp):
        words = [each.value for each in walk(choice.test) if isinstance(each, ast.Constant)]
        if choice.lineno <= name.lineno <= (choice.end_lineno or 0) and "__file__" in words:
            return True
    return False


RULE = Rule(
    code="RV509",
    name="unguarded-file-name",
    theme=Theme.NOTEBOOK,
    severity=Severity.MEDIUM,
    hours=0.25,
    what="`__file__` is read in a lesson with cells, without a check that it exists.",
    why="In Jupyter the cell fails with a NameError.",
    example="here = os.path.dirname(__file__)",
    fix="Do without, or write `Path(__file__).parent if '__file__' in globals() else Path()`.",
    blind="Guards in a helper function of another file.",
    check=_check,
)
