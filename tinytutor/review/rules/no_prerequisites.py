"""RV301: prerequisites are not stated."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.structure import Source, prerequisites


def _check(context: Context) -> Iterator[Hit]:
    found = prerequisites(context)
    if found.source is Source.NOWHERE:
        first = context.is_first
        yield Hit(
            "prerequisites are stated nowhere"
            + (", not even that there are none" if first else ""),
            subject="prerequisites",
            severity=Severity.LOW if first else None,
        )
    elif found.source is Source.BESIDE:
        yield Hit(
            f"prerequisites are stated in {found.where} only, not in the lesson",
            subject="prerequisites",
            severity=Severity.MEDIUM,
            hours=0.25,
        )
    elif found.source is Source.PROSE:
        yield Hit(
            "prerequisites are mentioned in the running text, under no heading of their own",
            found.line,
            "prerequisites",
            severity=Severity.MEDIUM,
            hours=0.25,
        )


RULE = Rule(
    code="RV301",
    name="prerequisites-not-stated",
    theme=Theme.PREREQUISITES,
    severity=Severity.CRITICAL,
    hours=0.5,
    what="No heading or bold lead-in says what must be known before, in whatever words: "
    "prerequisites, what "
    "you need, what you built before, builds on. A sentence without heading, or a README, is "
    "another source and a medium finding. For the first lesson of a course it is a low one.",
    why="A student who lacks something blames the lesson, or gives up.",
    example="# Attention\nLet us build multi-head attention.",
    fix="Add a section `Prerequisites` at the beginning: which modules, and what of each.",
    blind="Whether the statement is complete, beyond what the course file and the imports say.",
    check=_check,
)
