"""RV302: lesson and course file disagree about what must come before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.structure import Source, prerequisites


def _check(context: Context) -> Iterator[Hit]:
    stated = context.lesson.stated
    found = prerequisites(context)
    if stated is None or found.source in (Source.NOWHERE, Source.BESIDE):
        return
    for number, title in stated.requires:
        if not re.search(rf"(?<!\d)0*{number}(?!\d)|{re.escape(title)}", found.text, re.IGNORECASE):
            yield Hit(
                f"the course file requires module {number:02d} {title}; the lesson's prerequisites "
                "don't name it",
                found.line,
                f"{number}",
                fix=f"Name {number:02d} {title} there, and what of it is used.",
            )


RULE = Rule(
    code="RV302",
    name="prerequisites-disagree",
    theme=Theme.PREREQUISITES,
    severity=Severity.HIGH,
    hours=0.25,
    what="A prerequisite of the course file that the lesson's own statement names neither by "
    "number nor "
    "by title. Only where there is a course file.",
    why="The map locks a module for a reason that the lesson doesn't give.",
    example="course.yaml: requires 05_losses; lesson: **Prerequisites**: 02 Tensor",
    fix="Name every required module in the lesson, or take it out of the course file.",
    blind="What a required module is needed for.",
    check=_check,
)
