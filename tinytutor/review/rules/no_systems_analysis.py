"""RV401: no section analyses the systems side."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.structure import systems_analysis


def _check(context: Context) -> Iterator[Hit]:
    found = systems_analysis(context)
    if found.is_given or not context.code_cells:
        return
    if found.heading is not None:
        yield Hit(
            f"the section “{found.heading.title}” neither measures nor says much: "
            f"{found.words} words, "
            "no measuring code",
            found.heading.line,
            "thin",
            hours=1.5,
        )
    elif found.measuring:
        names = ", ".join(f"`{name}`" for name in found.measuring[:4])
        yield Hit(
            f"time or memory is measured ({names}), but under no heading of its own",
            found.measuring_line,
            "hidden",
            fix="Put the measurements under a heading such as `Systems analysis`, and say "
            "what they show.",
            hours=0.5,
        )
    else:
        yield Hit(
            "no section on time, memory or how they grow, and nothing is measured", subject="none"
        )


RULE = Rule(
    code="RV401",
    name="no-systems-analysis",
    theme=Theme.SYSTEMS,
    severity=Severity.HIGH,
    hours=2.0,
    what="No heading on time, memory, complexity or scaling (in any of many words) whose "
    "section measures "
    "something or analyses it in at least 80 words with terms of cost. Questions alone don't "
    "count.",
    why="What a line costs is what distinguishes a system from a formula; students learn to "
    "ask it here.",
    example="## Systems thinking\n1. How would this scale?   # questions, no measurement",
    fix="Add a section that measures time or memory over sizes, shows a table or plot, and "
    "states the law.",
    blind="Whether the measurement is sound. A heading in other words than the common ones is "
    "missed.",
    check=_check,
)
