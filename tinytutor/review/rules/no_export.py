"""RV604: a lesson that exports nothing, in a course that exports."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme


def _check(context: Context) -> Iterator[Hit]:
    lessons = context.course.lessons
    exporting = sum(bool(lesson.export_name) for lesson in lessons)
    if (
        context.lesson.export_name
        or exporting * 2 <= len(lessons)
        or not context.anatomy.implementations
    ):
        return
    yield Hit(
        f"{exporting} of {len(lessons)} lessons name what they export to; this one does not",
        subject="default_exp",
    )


RULE = Rule(
    code="RV604",
    name="no-export-name",
    theme=Theme.NOTEBOOK,
    severity=Severity.LOW,
    hours=0.1,
    what="A lesson with implementations and without `#| default_exp`, in a course most of "
    "whose lessons have it.",
    why="Later lessons can't import what the student built here.",
    example="(no `#| default_exp losses` anywhere)",
    fix="Add `#| default_exp NAME` to the first code cell and `#| export` to the cells to be "
    "exported.",
    blind="Courses that build their package in another way.",
    check=_check,
)
