"""RV101: a lesson, or a cell of it, that can't be read."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme


def _check(context: Context) -> Iterator[Hit]:
    for fault in context.material.faults:
        yield Hit(fault.message, fault.line, subject=fault.message[:40])
    if not context.material.cells and not context.material.faults:
        yield Hit("the lesson is empty", subject="empty")


RULE = Rule(
    code="RV101",
    name="unreadable-lesson",
    theme=Theme.NOTEBOOK,
    severity=Severity.CRITICAL,
    hours=1.0,
    what="A file that is no notebook, no UTF-8 text, or empty; a notebook cell of an unknown kind.",
    why="Students can't open it, and nothing else in it can be judged.",
    example='{"cells": [], "metadata": {}}   # an .ipynb without "nbformat"',
    fix="Open it in Jupyter and save it again, or restore it from version control.",
    blind="A notebook that is valid and yet holds the wrong content.",
    check=_check,
)
