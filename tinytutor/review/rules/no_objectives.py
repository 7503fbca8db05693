"""RV402: no learning objectives."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.structure import has_objectives


def _check(context: Context) -> Iterator[Hit]:
    if context.material.cells and not has_objectives(context):
        yield Hit(
            "no learning objectives: nothing says what the student can do afterwards",
            subject="objectives",
        )


RULE = Rule(
    code="RV402",
    name="no-learning-objectives",
    theme=Theme.COMPLEXITY,
    severity=Severity.MEDIUM,
    hours=0.5,
    what="Neither a heading or lead-in (objectives, goals, what you will learn) nor a "
    "sentence of the "
    "opening says what the lesson leads to.",
    why="Without a goal the student can't tell what matters.",
    example="# Layers\nA layer has weights.",
    fix="List three to five things that the student can do afterwards.",
    blind="Whether the lesson reaches them.",
    check=_check,
)
