"""RV605: a rule that is allowed without a reason, or that does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.allowing import comments
from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme


def _check(context: Context) -> Iterator[Hit]:
    for each in comments(context.material):
        if not each.reason:
            yield Hit(
                f"`review: allow {each.rule}` gives no reason, and allows nothing",
                each.line,
                each.rule,
            )


RULE = Rule(
    code="RV605",
    name="allowed-without-reason",
    theme=Theme.DOCUMENTATION,
    severity=Severity.LOW,
    hours=0.1,
    what="A comment `# review: allow RULE` without a reason behind it.",
    why="The next author can't tell whether it still holds.",
    example="# review: allow RV503",
    fix="Say why: `# review: allow RV503 fast.ai style, explained in lesson 1`.",
    blind="Whether the reason is good.",
    check=_check,
)
