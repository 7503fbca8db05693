"""RV603: code in a Markdown cell."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.syntax import DEFINITIONS


def _check(context: Context) -> Iterator[Hit]:
    for cell in context.material.cells:
        if cell.metadata.get("in_markdown_cell"):
            inside = [
                node
                for node in context.material.tree.body
                if cell.line <= node.lineno <= cell.end
                and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
            ]
            if inside:
                names = [node.name for node in inside if isinstance(node, DEFINITIONS)]
                what = (
                    f"`{names[0]}`" if names else f"`{ast.unparse(inside[0]).splitlines()[0][:50]}`"
                )
                yield Hit(
                    f"{what} stands in a Markdown cell: as a program it runs, as a notebook "
                    f"it is lost",
                    inside[0].lineno,
                    what,
                )


RULE = Rule(
    code="RV603",
    name="code-in-markdown-cell",
    theme=Theme.NOTEBOOK,
    severity=Severity.HIGH,
    hours=0.1,
    what="In the percent format, a statement other than a text behind a `# %% [markdown]` marker.",
    why="In Jupyter that code is shown as text and never runs; what needs it fails.",
    example='# %% [markdown]\n"""\n## Main\n"""\nif __name__ == "__main__":\n    test_all()',
    fix="Put a `# %%` line before the code.",
    blind="Notebooks (.ipynb), where the two can't be confused.",
    check=_check,
)
