"""RV405: no time estimate."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.structure import time_estimate


def _check(context: Context) -> Iterator[Hit]:
    if context.material.cells and time_estimate(context) is None:
        yield Hit("no time estimate at the beginning", subject="time")


RULE = Rule(
    code="RV405",
    name="no-time-estimate",
    theme=Theme.DOCUMENTATION,
    severity=Severity.LOW,
    hours=0.1,
    what="Neither the opening nor a README or module file beside the lesson says how long it "
    "takes.",
    why="The student can't plan, and takes a long lesson for a fault of one's own.",
    example="# Convolution\nWelcome.",
    fix="Say at the beginning how many hours it takes.",
    blind="Whether the estimate holds: measured times tell.",
    check=_check,
)
