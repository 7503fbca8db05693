"""RV408: no connection to production."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review import phrases
from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme


def _check(context: Context) -> Iterator[Hit]:
    if not context.material.cells:
        return
    text = f"{context.all_prose}\n{context.material.program}"
    if not phrases.PRODUCTION.search(text):
        yield Hit(
            "nothing connects the lesson with production frameworks or real use",
            subject="production",
        )


RULE = Rule(
    code="RV408",
    name="no-production-context",
    theme=Theme.DOCUMENTATION,
    severity=Severity.MEDIUM,
    hours=0.5,
    what="Nothing in the lesson names a production framework, hardware, deployment or practice.",
    why="The student can't see what the toy stands for.",
    example="# Batching\n(no word about how PyTorch or anyone else does it)",
    fix="Say in a short section how PyTorch, JAX or others do it, and what they do besides.",
    blind="Whether what it says is right.",
    check=_check,
)
