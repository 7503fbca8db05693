"""Reviews one edited lesson among the untouched others, without reading those again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.review.edits import Edit, edits
from tinytutor.curriculum.loader import bundled_course_folder
from tinytutor.review.context import Context, CourseMap, Lesson
from tinytutor.review.courses import read_course
from tinytutor.review.dependencies import required_places
from tinytutor.review.dialects import read_script
from tinytutor.review.outcome import NOT_RUN
from tinytutor.review.reviewing import judge
from tinytutor.review.scorecard import ModuleReview


def own_course() -> CourseMap:
    """The course of this repository."""
    return read_course(bundled_course_folder())[0]


def edits_of(course: CourseMap, lesson: Lesson) -> Iterator[Edit]:
    """The edits that make sense in one lesson."""
    place = course.place[lesson.id]
    later = course.lessons[place + 1] if place + 1 < len(course.lessons) else None
    known = course.first_taught
    name = next((n for n in sorted(later.exports) if known[n] == place + 1), "") if later else ""
    required = required_places(Context(lesson, course, NOT_RUN))
    unrelated = [each for at, each in enumerate(course.lessons[:place]) if at not in required]
    stated = lesson.stated
    for edit in edits(
        later.export_name if later is not None and name else "",
        name,
        unrelated[0].export_name if unrelated else "",
    ):
        if edit.name != "a prerequisite not named" or (stated is not None and stated.requires):
            yield edit


def review_text(course: CourseMap, lesson: Lesson, text: str) -> ModuleReview:
    """The review of a lesson with another text."""
    edited = replace(lesson, material=read_script(Path(lesson.material.path), text))
    lessons = tuple(edited if each.id == lesson.id else each for each in course.lessons)
    return judge(Context(edited, CourseMap(lessons, course.library), NOT_RUN))


def text_of(lesson: Lesson) -> str:
    """The lesson's file."""
    return lesson.material.path.read_text("utf-8")


def is_caught(found: ModuleReview, edit: Edit) -> bool:
    """Whether the right rule says so, and the scorecard's criterion is no longer met."""
    codes = {finding.code for finding in found.findings}
    met = edit.criterion and found.criteria[edit.criterion] is True
    return bool(codes & edit.codes) and not met
