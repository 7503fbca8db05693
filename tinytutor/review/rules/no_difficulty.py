"""RV406: no difficulty."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.structure import difficulty


def _check(context: Context) -> Iterator[Hit]:
    if context.material.cells and difficulty(context) is None:
        yield Hit("no difficulty at the beginning", subject="difficulty")


RULE = Rule(
    code="RV406",
    name="no-difficulty",
    theme=Theme.DOCUMENTATION,
    severity=Severity.LOW,
    hours=0.1,
    what="Neither the opening nor a README or module file beside the lesson says how hard it is.",
    why="A hard lesson that says so discourages less.",
    example="# Autograd\nWelcome.",
    fix="Give the difficulty at the beginning, on the same scale in all lessons.",
    blind="Whether students find it so.",
    check=_check,
)
