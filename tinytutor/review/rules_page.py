"""The page of all rules for authors, as Markdown: `docs/review.md` holds it."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.findings import Rule, Theme
from tinytutor.review.report import hours_in_words, in_words
from tinytutor.review.rules import all_rules


def rules_markdown() -> str:
    """A section per theme and rule, with a line end."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    for theme in Theme:
        rules = [rule for rule in all_rules() if rule.theme is theme]
        if rules:
            yield from (f"### {theme}", "")
            for rule in rules:
                yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    hours = f", about {hours_in_words(rule.hours)} to mend" if rule.hours else ""
    yield from (f"#### {rule.code} {in_words(rule.name)}", "")
    yield from (f"*{rule.severity}{hours}*", "", rule.what, "")
    yield from (f"**Why.** {rule.why}", "")
    language = "python" if not rule.example.startswith(("#", "(", "course.yaml", "{")) else "text"
    yield from (f"```{language}", rule.example, "```", "")
    yield from (f"**Fix.** {rule.fix}", "", f"**It can't see.** {rule.blind}", "")
