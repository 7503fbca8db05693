"""What a student gets back: one page with what each test came to, in plain words."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tinytutor.cohort.batch.results import GradedStatus, GradedSubmission, GradedTest
from tinytutor.curriculum import Course
from tinytutor.files import write_whole
from tinytutor.html import Markup, data_table, page, tag, text

_WORDS = {
    "passed": "✓ passed",
    "failed": "✗ failed",
    "error": "✗ error",
    "timed_out": "✗ timed out",
    "not_reached": "– not reached",
}
_STATUS_WORDS = {
    GradedStatus.PASSED: "every test passed",
    GradedStatus.FAILED: "not every test passed",
    GradedStatus.TIMED_OUT: "it ran out of time",
    GradedStatus.CRASHED: "the run broke off",
    GradedStatus.UNREADABLE: "the notebook can't be read",
}


def write_feedback(
    folder: Path, course: Course, graded: Iterable[GradedSubmission]
) -> dict[str, Path]:
    """Writes a page per student; returns student → file. Raises OSError."""
    by_student: dict[str, list[GradedSubmission]] = {}
    for submission in graded:
        by_student.setdefault(submission.student, []).append(submission)
    written = {}
    for student, mine in by_student.items():
        written[student] = folder / f"{file_stem(student)}.html"
        write_whole(written[student], feedback_page(course, student, mine))
    return written


def file_stem(student: str) -> str:
    """A file name for a student: harmless whatever the name, and no two students' alike."""
    slug = re.sub(r"[^A-Za-z0-9_-]+", "-", student)[:60].strip("-")
    if slug and slug == student:
        return slug
    return f"{slug or 'student'}-{hashlib.sha256(student.encode()).hexdigest()[:8]}"


def feedback_page(course: Course, student: str, graded: Sequence[GradedSubmission]) -> str:
    """The page as a text; hidden tests are counted, never named."""
    title = f"{course.title}: feedback for {student}"
    parts = [tag("h1", text(course.title)), tag("p", text(f"Feedback for {student}"))]
    order = {module.id: number for number, module in enumerate(course.modules)}
    for submission in sorted(graded, key=lambda each: order.get(each.module_id, len(order))):
        parts += _module(course, submission)
    return page(title, parts)


def _module(course: Course, submission: GradedSubmission) -> list[Markup]:
    result = submission.graded
    label = course.module(submission.module_id).label
    words = _STATUS_WORDS[result.status]
    points = f"{result.points:g} of {result.most_points:g} points" if result.tests else "no points"
    parts = [tag("h2", text(label)), tag("p", text(f"{words}: {points}."))]
    if result.fault:
        parts.append(tag("p", text(result.fault)))
    shown = [test for test in result.tests if not test.is_hidden]
    if shown:
        rows = [
            (test.test_id, _WORDS.get(test.status, test.status), _points(test)) for test in shown
        ]
        parts.append(data_table(("test", "result", "points"), rows))
    hidden = [test for test in result.tests if test.is_hidden]
    if hidden:
        passed = sum(test.status == "passed" for test in hidden)
        parts.append(tag("p", text(f"{passed} of {len(hidden)} further tests passed.")))
    for test in shown:
        if test.message:
            parts += [tag("h3", text(test.test_id)), tag("pre", text(test.message))]
    if result.notes:
        parts.append(tag("ul", [tag("li", text(note)) for note in result.notes]))
    return parts


def _points(test: GradedTest) -> str:
    got = test.points if test.status == "passed" else 0
    return f"{got:g} of {test.points:g}"
