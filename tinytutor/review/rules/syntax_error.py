"""RV102: code that is no Python."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme


def _check(context: Context) -> Iterator[Hit]:
    for error in context.material.syntax_errors:
        # Starters may hold gaps such as `x = ___ your code`: that is for the student to mend.
        gap = "____" in "".join(context.material.lines[max(error.line - 2, 0) : error.line + 1])
        if not gap:
            yield Hit(f"the code does not parse: {error.message}", error.line, error.message)


RULE = Rule(
    code="RV102",
    name="syntax-error",
    theme=Theme.MAIN,
    severity=Severity.CRITICAL,
    hours=0.5,
    what="A cell whose code does not parse. Notebook magics and shell commands are left out first.",
    why="The lesson stops there on a straight run.",
    example="def relu(x)\n    return x * (x > 0)",
    fix="Mend the line; `python -m py_compile FILE` shows the place.",
    blind="Code of another language behind a cell magic such as `%%bash`.",
    check=_check,
)
