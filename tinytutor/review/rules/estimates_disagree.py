"""RV407: lesson and course file give other times or difficulties."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme

_HOURS = re.compile(
    r"(?<![\d.])(\d+(?:\.\d+)?)(?:\s*(?:-|–|to)\s*(\d+(?:\.\d+)?))?\s*(?:h\b|hours?\b|hrs?\b)", re.I
)
_DIFFICULTY = re.compile(r"difficulty\W{1,6}(\d)\s*(?:of|/|out of)\s*5", re.I)


def _check(context: Context) -> Iterator[Hit]:
    stated = context.lesson.stated
    if stated is None:
        return
    if match := _HOURS.search(context.opening):
        low, high = float(match[1]), float(match[2] or match[1])
        if not low * 0.9 <= stated.hours <= high * 1.1:
            yield Hit(
                f"the lesson says {match[0].strip()}, the course file {stated.hours:g} hours",
                subject="hours",
                fix="Make both the same.",
            )
    if (match := _DIFFICULTY.search(context.opening)) and int(match[1]) != stated.difficulty:
        yield Hit(
            f"the lesson says difficulty {match[1]} of 5, the course file {stated.difficulty}",
            subject="difficulty",
            fix="Make both the same.",
        )


RULE = Rule(
    code="RV407",
    name="estimates-disagree",
    theme=Theme.DOCUMENTATION,
    severity=Severity.MEDIUM,
    hours=0.1,
    what="The lesson's opening gives another time or difficulty than the course file.",
    why="The map promises one thing and the lesson another.",
    example="course.yaml: hours: 6; lesson: About 3 hours.",
    fix="Make both the same.",
    blind="Times in words, and scales other than `N of 5`.",
    check=_check,
)
