"""Bundles of students of the tiny course, and a grading that needs no kernel."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

from tests.courses import NUMBERS, reference_cell, wrong_cell
from tests.progress.samples import attempt, happened, numbered
from tinytutor.cohort.batch.results import GradedNotebook, GradedStatus, GradedTest
from tinytutor.cohort.bundles.writing import bundle_contents, write_bundle
from tinytutor.curriculum import Course
from tinytutor.notebooks.reading import read_lesson
from tinytutor.notebooks.student import parse_student_notebook, starter_notebook
from tinytutor.progress.outcomes import TestOutcome, TestStatus

MODULE = "01_numbers"
RIGHT = {exercise.id: reference_cell(exercise) for exercise in NUMBERS.exercises}
WRONG = {**RIGHT, "half": wrong_cell(NUMBERS.exercises[1])}


def notebook_of(course: Course, solutions: Mapping[str, str]) -> str:
    return starter_notebook(read_lesson(course.module(MODULE)), solutions)


def hand_in(
    path: Path,
    course: Course,
    notebook: str,
    reported: Mapping[str, str] | None = None,
    *,
    student: str = "",
) -> Path:
    """A bundle with a notebook, and with what the student's machine is said to have seen."""
    events = []
    if reported is not None:
        tests = tuple(
            TestOutcome(f"test_{name}", name, TestStatus(status))
            for name, status in reported.items()
        )
        check = attempt(*tests)
        sha256 = parse_student_notebook(notebook, "").code_sha256
        object.__setattr__(check, "notebook_sha256", sha256)
        events = numbered(happened(0, check, MODULE))
    contents = bundle_contents(
        course, events, {MODULE: notebook}, student=student or path.stem, with_texts=False
    )
    write_bundle(path, contents)
    return path


class SlowGrading:
    """Looks for the word `wrong` and takes its time, so that it can be killed at work."""

    def __init__(self, seconds: float = 0.05):
        self.seconds = seconds

    async def grade(self, notebook: bytes, module_id: str) -> GradedNotebook:
        await asyncio.sleep(self.seconds)
        status = "failed" if b"wrong" in notebook else "passed"
        test = GradedTest("test_double", "double", status, 5.0)
        return GradedNotebook(GradedStatus(status), (test,), self.seconds)

    async def close(self) -> None:
        pass


def many(folder: Path, course: Course, count: int) -> None:
    """So many students, every third one wrong."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        word = "wrong" if number % 3 == 0 else "right"
        source = f"# {word} {number}"
        cell = {"cell_type": "code", "id": "double", "metadata": {}, "source": source}
        notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        hand_in(folder / f"s{number:03}.zip", course, json.dumps(notebook))
