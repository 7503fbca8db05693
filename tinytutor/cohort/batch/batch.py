"""One batch: what is left of the work, kept as it is done, and what is made of it at the end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tinytutor.cohort.batch.feedback import write_feedback
from tinytutor.cohort.batch.journal import Journal
from tinytutor.cohort.batch.local import OnGraded
from tinytutor.cohort.batch.results import GradedNotebook, GradedSubmission
from tinytutor.cohort.batch.submissions import Submission, Unusable, compared, submissions
from tinytutor.cohort.records.inbox import Inbox
from tinytutor.curriculum import Course
from tinytutor.files import write_whole_bytes
from tinytutor.progress.exporting import to_csv

GRADES = "grades.csv"
GRADE_COLUMNS = (
    "student",
    "module",
    "status",
    "points",
    "max_points",
    "tests_passed",
    "tests_total",
    "agreement",
    "differences",
    "seconds",
    "fault",
)

RunBatch = Callable[[Iterator[Submission], OnGraded], None]
"""Grades what it is given, here or elsewhere, and tells of each result."""


@dataclass(slots=True)
class Batch:
    """The results of a batch."""

    graded: list[GradedSubmission] = field(default_factory=list)
    """All of this batch, also those of an earlier start, in the order of the bundles."""
    unusable: list[Unusable] = field(default_factory=list)
    resumed: int = 0
    """How many of them an earlier start had graded."""


def run_batch(
    inbox: Inbox,
    course: Course,
    module_ids: Collection[str],
    folder: Path,
    run: RunBatch,
    on_result: Callable[[GradedSubmission, int], None],
) -> Batch:
    """Grades what the folder's journal does not hold yet, then writes grades and feedback.

    `on_result` is told of each new result and how many are done. A kill at any point costs only
    what was being graded: the next call goes on from there.

    Raises JournalError, LessonError, OSError, and what `run` raises.
    """
    batch = Batch()
    keys: list[str] = []
    with Journal(folder) as journal:

        def left() -> Iterator[Submission]:
            for each in submissions(inbox, course, module_ids):
                if isinstance(each, Unusable):
                    batch.unusable.append(each)
                    continue
                keys.append(each.key)
                if each.key in journal.done:
                    batch.resumed += 1
                else:
                    yield each

        def keep(submission: Submission, graded: GradedNotebook) -> None:
            result = compared(submission, graded)
            journal.add(result)
            on_result(result, len(journal.done))

        run(left(), keep)
        batch.graded = [journal.done[key] for key in keys]
    write_whole_bytes(folder / GRADES, grades_csv(batch.graded))
    write_feedback(folder / "feedback", course, batch.graded)
    return batch


def grades_csv(graded: list[GradedSubmission]) -> bytes:
    """The table of grades."""
    return to_csv(
        (
            {
                "student": each.student,
                "module": each.module_id,
                "status": each.graded.status.value,
                "points": each.graded.points,
                "max_points": each.graded.most_points,
                "tests_passed": sum(test.status == "passed" for test in each.graded.tests),
                "tests_total": len(each.graded.tests),
                "agreement": each.agreement.value,
                "differences": "; ".join(
                    f"{d.test_id}: reported {d.reported}, here {d.graded}" for d in each.differences
                ),
                "seconds": each.graded.seconds,
                "fault": each.graded.fault,
            }
            for each in graded
        ),
        GRADE_COLUMNS,
    )
