"""RV403: no summary."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.structure import summary


def _check(context: Context) -> Iterator[Hit]:
    if context.material.cells and summary(context) is None:
        yield Hit("no summary at the end", context.material.cells[-1].line, "summary")


RULE = Rule(
    code="RV403",
    name="no-summary",
    theme=Theme.COMPLEXITY,
    severity=Severity.MEDIUM,
    hours=0.5,
    what="No heading or lead-in of the second half says summary, recap, conclusion, what you "
    "learned.",
    why="The student leaves without the few ideas that are to stay.",
    example="(the last cell is an exercise)",
    fix="End with what was built, the ideas to keep, and what comes next.",
    blind="A summary under a heading of another kind.",
    check=_check,
)
