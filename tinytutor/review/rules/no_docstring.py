"""RV506: exercises without a docstring."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.structure import has_docstring
from tinytutor.review.syntax import FUNCTIONS


def _check(context: Context) -> Iterator[Hit]:
    missing = [
        each
        for each in context.anatomy.implementations
        if not has_docstring(each.node)
        and not any(
            isinstance(n, FUNCTIONS) and has_docstring(n) for n in getattr(each.node, "body", [])
        )
    ]
    if missing:
        names = ", ".join(f"`{each.name}`" for each in missing[:6]) + (
            " and more" if missing[6:] else ""
        )
        yield Hit(
            f"{len(missing)} of {len(context.anatomy.implementations)} definitions have no "
            f"docstring: {names}",
            missing[0].node.lineno,
            "docstring",
            hours=round(min(2.0, max(0.1, 0.1 * len(missing))), 2),
        )


RULE = Rule(
    code="RV506",
    name="missing-docstring",
    theme=Theme.DOCUMENTATION,
    severity=Severity.LOW,
    hours=0.25,
    what="A definition that the student writes has no docstring, nor has one of its methods. "
    "All of a lesson "
    "are one finding.",
    why="The docstring is the task: what goes in, what comes out, with which shapes.",
    example="def pad(x, p):\n    ...",
    fix="Say what it returns, with shapes and types, and what it raises.",
    blind="Whether the docstring is right.",
    check=_check,
)
