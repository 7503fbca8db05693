"""`docs/review.md` holds every rule as the program explains it."""

from __future__ import annotations

from pathlib import Path

from tinytutor.review.rules_page import rules_markdown

PAGE = Path(__file__).parents[2] / "docs" / "review.md"


def test_the_page_of_rules_is_the_programs_own() -> None:
    rules = PAGE.read_text("utf-8").partition("\n## Rules\n")[2].partition("\n### ")
    assert (rules[1] + rules[2]).lstrip() == rules_markdown(), (
        "write what `tinytutor review --explain all --format md` prints under `## Rules`"
    )
