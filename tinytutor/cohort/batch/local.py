"""A batch on this machine: so many notebooks at a time, each in processes of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from tinytutor.cohort.batch.grading_one import Grading
from tinytutor.cohort.batch.results import GradedNotebook
from tinytutor.cohort.batch.submissions import Submission

OnGraded = Callable[[Submission, GradedNotebook], None]
"""Told of each result as it comes; called from one thread."""


async def grade_here(
    work: Iterable[Submission],
    open_grading: Callable[[], Grading],
    jobs: int,
    on_graded: OnGraded,
) -> None:
    """Grades all of `work`, `jobs` at a time. Cancelling it ends every process that it started."""
    queue = iter(work)

    async def worker() -> None:
        grading = await asyncio.to_thread(open_grading)
        try:
            # Taken one at a time: so many notebooks are in memory as are being graded.
            for submission in queue:
                graded = await grading.grade(submission.notebook, submission.module_id)
                on_graded(submission, graded)
        finally:
            await asyncio.shield(grading.close())

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(jobs):
                group.create_task(worker())
    except ExceptionGroup as problems:
        # A full disk meets all workers alike: one word about it is enough.
        raise problems.exceptions[0] from None
