"""RV503: a star import."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme


def _check(context: Context) -> Iterator[Hit]:
    for node in context.material.index.of(ast.ImportFrom):
        if any(alias.name == "*" for alias in node.names):
            yield Hit(
                f"`from {'.' * node.level}{node.module or ''} import *`",
                node.lineno,
                node.module or "",
            )


RULE = Rule(
    code="RV503",
    name="star-import",
    theme=Theme.IMPORTS,
    severity=Severity.MEDIUM,
    hours=0.25,
    what="`from … import *`.",
    why="The reader can't see where a name comes from, and nor can a check for undefined names.",
    example="from mylib.layers import *",
    fix="Import the names that are used.",
    blind="Courses that choose star imports on purpose (fast.ai does): allow the rule there "
    "with that reason.",
    check=_check,
)
