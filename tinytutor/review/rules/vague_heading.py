"""RV411: headings that say nothing."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review import phrases
from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.material import plain_title


def _check(context: Context) -> Iterator[Hit]:
    vague = []
    for heading in context.material.headings:
        title = plain_title(heading.title) or heading.title.lower()
        if (
            heading.level in (2, 3)
            and phrases.VAGUE.fullmatch(title)
            and not phrases.ALWAYS_FINE.fullmatch(title)
        ):
            vague.append(heading)
    if len(vague) >= 2:
        names = ", ".join(f"“{heading.title}”" for heading in vague[:5])
        yield Hit(
            f"{len(vague)} headings say nothing of what follows: {names}", vague[0].line, "headings"
        )


RULE = Rule(
    code="RV411",
    name="vague-headings",
    theme=Theme.DOCUMENTATION,
    severity=Severity.LOW,
    hours=0.1,
    what="Two or more headings made only of words such as code, implementation, details, "
    "more, testing. "
    "Introduction, Setup, and numbered questions are fine.",
    why="The outline is what a student finds the way back with.",
    example="## Implementation\n## More\n## Details",
    fix="Name what the section is about: `Backward through a broadcast`.",
    blind="Whether a longer heading says anything.",
    check=_check,
)
