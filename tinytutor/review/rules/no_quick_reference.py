"""RV410: no quick reference."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review import phrases
from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme


def _check(context: Context) -> Iterator[Hit]:
    if context.anatomy.implementations and not any(context.sections_named(phrases.QUICK_REFERENCE)):
        yield Hit(
            "no quick reference to what was built", context.material.cells[-1].line, "reference"
        )


RULE = Rule(
    code="RV410",
    name="no-quick-reference",
    theme=Theme.DOCUMENTATION,
    severity=Severity.LOW,
    hours=0.5,
    what="No heading such as quick reference, cheat sheet, at a glance, API summary.",
    why="Later modules use this one; a card saves the student from scrolling through the lesson.",
    example="(the lesson ends with the summary)",
    fix="Add a card of one screen: names, shapes, formulas.",
    blind="A reference outside of the lesson.",
    check=_check,
)
