"""Grades one notebook: the student's cells, the course's tests, a clean kernel.

A batch knows only `Grading`; what stands behind it can be changed here alone.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Protocol

from tinytutor.authoring.reference import build_reference_library
from tinytutor.cohort.batch.results import GradedNotebook, GradedStatus, GradedTest
from tinytutor.curriculum import Course
from tinytutor.notebooks.assembly import assemble
from tinytutor.notebooks.lesson import Lesson
from tinytutor.notebooks.matching import match
from tinytutor.notebooks.reading import read_lesson
from tinytutor.notebooks.student import NotebookUnreadableError, parse_student_notebook
from tinytutor.running.runner import Runner
from tinytutor.running.verdicts import Status
from tinytutor.tutor.checking import Outcome, run_tests


class Grading(Protocol):
    """Something that grades one notebook after the other."""

    async def grade(self, notebook: bytes, module_id: str) -> GradedNotebook:
        """What the notebook comes to. Raises nothing: whatever is wrong is in the result."""
        ...

    async def close(self) -> None:
        """Ends processes and removes files."""
        ...


class LocalGrading:
    """Grades on this machine, in a folder with the reference library of the course.

    With the reference library a mistake in one module costs that module alone.
    """

    def __init__(self, course: Course):
        """Makes the folder; 1 s. Raises LessonError, OSError."""
        self._course = course
        self._lessons: dict[str, Lesson] = {}
        self._folder = Path(tempfile.mkdtemp(prefix="tinytutor-grade-"))
        build_reference_library(course, self._folder)
        self._runner = Runner(self._folder)

    async def grade(self, notebook: bytes, module_id: str) -> GradedNotebook:
        """See `Grading`."""
        try:
            return await self._grade(notebook, module_id)
        except (NotebookUnreadableError, UnicodeDecodeError) as problem:
            return GradedNotebook(GradedStatus.UNREADABLE, fault=str(problem))
        except Exception as problem:  # a fault of one notebook must never be one of the batch
            fault = f"{type(problem).__name__}: {problem}"
            return GradedNotebook(GradedStatus.CRASHED, fault=fault)

    async def close(self) -> None:
        """See `Grading`."""
        await self._runner.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _grade(self, notebook: bytes, module_id: str) -> GradedNotebook:
        module = self._course.module(module_id)
        if module_id not in self._lessons:
            self._lessons[module_id] = read_lesson(module)
        lesson = self._lessons[module_id]
        student = parse_student_notebook(notebook.decode("utf-8"), f"{module_id}.ipynb")
        matching = match(lesson, student)
        assembly = assemble(lesson, matching, module.limits)
        outcome = await run_tests(self._runner, lesson, assembly, None)
        return GradedNotebook(
            status=_status(outcome),
            tests=tuple(
                GradedTest(
                    verdict.test_id,
                    verdict.exercise_id,
                    verdict.status.value,
                    verdict.points,
                    verdict.message,
                    round(verdict.seconds, 4),
                )
                for verdict in outcome.verdicts
            ),
            seconds=round(outcome.seconds, 3),
            fault=outcome.fault or "",
            notes=matching.notes,
        )


def _status(outcome: Outcome) -> GradedStatus:
    if outcome.passed:
        return GradedStatus.PASSED
    if outcome.fault is not None:
        return GradedStatus.CRASHED
    if any(verdict.status is Status.TIMED_OUT for verdict in outcome.verdicts):
        return GradedStatus.TIMED_OUT
    return GradedStatus.FAILED
