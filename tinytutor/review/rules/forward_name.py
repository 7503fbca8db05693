"""RV305: a name that only a later module defines."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.dependencies import undefined_names
from tinytutor.review.findings import Hit, Rule, Severity, Theme


def _check(context: Context) -> Iterator[Hit]:
    for name, line in undefined_names(context.material):
        place = context.course.first_taught.get(name)
        if place is not None and place > context.place:
            later = context.course.lessons[place]
            yield Hit(f"uses `{name}`, which only {later.id} defines", line, name)


RULE = Rule(
    code="RV305",
    name="forward-reference",
    theme=Theme.PREREQUISITES,
    severity=Severity.CRITICAL,
    hours=1.0,
    what="A name that is defined nowhere in the lesson and first of all in a later one.",
    why="It is used before it is taught.",
    example="out = MultiHeadAttention(4)(x)   # in lesson 04; attention is 13",
    fix="Move this part to the later module, or define what it needs here.",
    blind="Names behind a star import, and attributes.",
    check=_check,
)
