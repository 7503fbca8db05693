"""The work of a batch: which notebooks, of whom, and what the students' machines said of them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from tinytutor.cohort.batch.results import Agreement, Difference, GradedNotebook, GradedSubmission
from tinytutor.cohort.bundles.reading import BundleRefusedError, event_lines, read_bundle
from tinytutor.cohort.records.inbox import Inbox
from tinytutor.curriculum import Course
from tinytutor.notebooks.reading import read_lesson
from tinytutor.notebooks.student import NotebookUnreadableError, parse_student_notebook
from tinytutor.progress.event_json import EventError, from_line
from tinytutor.progress.events import AttemptFinished
from tinytutor.progress.outcomes import Scope


@dataclass(frozen=True, slots=True)
class Submission:
    """One notebook of one student."""

    key: str
    student: str
    module_id: str
    notebook: bytes
    notebook_sha256: str
    reported: Mapping[str, str] | None
    """Test id → status in the student's last check of this very code, None where there is none."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A bundle of which no notebook could be had."""

    file: str
    reason: str


def submissions(
    inbox: Inbox, course: Course, module_ids: Collection[str]
) -> Iterator[Submission | Unusable]:
    """The notebooks of each student's newest bundle, one bundle in memory at a time.

    Raises LessonError, OSError where the course's lessons can't be read.
    """
    tests = {
        module.id: read_lesson(module).tests_sha256
        for module in course.modules
        if module.id in module_ids
    }
    for receipt in inbox.refused:
        yield Unusable(receipt.file, "; ".join(receipt.notes))
    for incoming in inbox.newest:
        try:
            bundle = read_bundle(incoming.path, course)
        except BundleRefusedError as problem:
            yield Unusable(str(incoming.path), str(problem))
            continue
        for note in bundle.notes:
            yield Unusable(str(incoming.path), note)
        checks = _checks(bundle.events)
        for module_id, notebook in bundle.notebooks.items():
            if module_id not in tests:
                continue
            sha256 = hashlib.sha256(notebook).hexdigest()
            words = [course.id, incoming.student, module_id, sha256, tests[module_id]]
            yield Submission(
                key=hashlib.sha256("\0".join(words).encode()).hexdigest()[:32],
                student=incoming.student,
                module_id=module_id,
                notebook=notebook,
                notebook_sha256=sha256,
                reported=checks.get((module_id, _code_sha256(notebook))),
            )


def compared(submission: Submission, graded: GradedNotebook) -> GradedSubmission:
    """The result beside what the student's machine reported.

    Only passed and not passed are compared: slower machines time out where others fail. Hidden
    tests are left out, as no student's machine has them.
    """
    reported = submission.reported
    differences = []
    for test in graded.tests:
        if reported is None or test.is_hidden:
            continue
        before = reported.get(test.test_id, "missing")
        if (before == "passed") is not (test.status == "passed"):
            differences.append(Difference(test.test_id, before, test.status))
    if reported is None:
        agreement = Agreement.UNREPORTED
    elif differences or (not graded.tests and "passed" in reported.values()):
        agreement = Agreement.DIFFERENT
    else:
        agreement = Agreement.SAME
    return GradedSubmission(
        key=submission.key,
        student=submission.student,
        module_id=submission.module_id,
        notebook_sha256=submission.notebook_sha256,
        graded=graded,
        agreement=agreement,
        differences=tuple(differences),
    )


def _checks(packed: bytes | None) -> dict[tuple[str, str], dict[str, str]]:
    """(module, hash of the code) → test id → status, of the last check of that code."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    if packed is None:
        return found
    for line in event_lines(packed).text.splitlines():
        if b'"attempt_finished"' not in line:
            continue
        try:
            event = from_line(line)
        except EventError:
            continue
        what = event.what
        if isinstance(what, AttemptFinished) and what.scope is Scope.MODULE and event.module_id:
            statuses = {test.test_id: test.status.value for test in what.tests}
            found[event.module_id, what.notebook_sha256] = statuses
    return found


def _code_sha256(notebook: bytes) -> str:
    try:
        return parse_student_notebook(notebook.decode("utf-8"), "").code_sha256
    except (NotebookUnreadableError, UnicodeDecodeError):
        return ""
