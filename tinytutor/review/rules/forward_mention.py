"""RV307: prose that counts on a later module."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tinytutor.review import phrases
from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.material import Heading, plain_title

_CODE_SPAN = re.compile(r"`([A-Za-z_]\w*)(?:\(\))?`")
_DISTINCTIVE = re.compile(r"[a-z][A-Z]|[A-Z]{2,}[a-z]|[a-z]\d*_[a-z]")


def _check(context: Context) -> Iterator[Hit]:
    taught = context.course.first_taught
    known = set(context.lesson.exports) | set(context.anatomy.definitions)
    heading: Heading | None = None
    headings = {each.line: each for each in context.material.headings if each.level < 4}
    mentioned: dict[str, int] = {}
    for line, text in context.material.prose:
        heading = headings.get(line, heading)
        if heading is None or phrases.AHEAD.search(plain_title(heading.title)):
            continue
        for name in _CODE_SPAN.findall(text):
            place = taught.get(name)
            later = place is not None and place > context.place and name not in known
            if later and _DISTINCTIVE.search(name):
                mentioned.setdefault(name, line)
    if mentioned:
        names = ", ".join(
            f"`{name}` ({context.course.lessons[taught[name]].id})" for name in list(mentioned)[:5]
        )
        yield Hit(
            f"mentions what later modules introduce: {names}",
            min(mentioned.values()),
            ",".join(sorted(mentioned)),
        )


RULE = Rule(
    code="RV307",
    name="forward-mention",
    theme=Theme.PREREQUISITES,
    severity=Severity.LOW,
    hours=0.25,
    what="A distinctive name of code (`CamelCase`, `snake_case`) that a later module "
    "introduces, in prose "
    "outside of headings such as Looking ahead, Next steps, Summary or In production. For "
    "information.",
    why="A word that was not introduced makes the reader feel that something was missed.",
    example="## The loss\nAs `MultiHeadAttention` does, ...   # attention comes later",
    fix="Move the sentence under `Looking ahead`, or say that it is yet to come.",
    blind="Ordinary words, which may mean anything; whether the sentence says itself that it "
    "looks ahead.",
    check=_check,
)
