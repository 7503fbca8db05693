"""RV507: a path of one machine."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme

_PRIVATE = re.compile(
    r"(?<![\w.])(/Users/[A-Za-z][\w.-]*/|/home/[a-z][\w.-]*/|[A-Za-z]:\\+Users\\+\w|/root/|/mnt/[a-z]/)"
)
_GENERIC = re.compile(
    r"/(Users|home)/(user|username|you|yourname|name|student|me|jovyan|runner)/", re.I
)


def _check(context: Context) -> Iterator[Hit]:
    docstrings = {id(node.value) for node in context.material.index.of(ast.Expr)}
    for node in context.material.index.of(ast.Constant):
        if isinstance(node.value, str) and id(node) not in docstrings:
            found = _PRIVATE.search(node.value)
            if found and not _GENERIC.search(node.value):
                yield Hit(
                    f"the path `{node.value[:80]}` exists on one machine only",
                    node.lineno,
                    node.value[:40],
                )
                return


RULE = Rule(
    code="RV507",
    name="path-of-one-machine",
    theme=Theme.IMPORTS,
    severity=Severity.HIGH,
    hours=0.25,
    what="A string in the code that names a folder of one person's machine, such as "
    "`/Users/ada/…`.",
    why="The lesson runs for its author and for nobody else.",
    example='sys.path.append("/Users/ada/course")',
    fix="Take the path relative to the lesson, or import an installed package.",
    blind="Paths that are put together, and those of servers that all students share.",
    check=_check,
)
