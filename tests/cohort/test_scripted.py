"""Real workspaces, kernels and bundles: the figures of the cohort are the sum of the students'.

`TINYTUTOR_SCRIPTED_STUDENTS=200` makes it a cohort of 200.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("duckdb")

from tests.courses import (
    NUMBERS,
    TINY_MODULES,
    TinyModule,
    build_course,
    reference_cell,
    wrong_cell,
)
from tinytutor.cohort.exports.enrolments import enrolment_rows
from tinytutor.cohort.measures.completion import funnels
from tinytutor.cohort.measures.effort import efforts
from tinytutor.cohort.measures.items import course_items
from tinytutor.cohort.records.cohort import Cohort
from tinytutor.cohort.records.inbox import find_bundles, look_at
from tinytutor.cohort.records.ingest import ingest
from tinytutor.cohort.submitting import chosen_consent, submit
from tinytutor.curriculum import Course
from tinytutor.curriculum.loader import load_course
from tinytutor.progress.exporting import table_rows
from tinytutor.progress.metrics import UNWRITTEN, Metrics
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import create_workspace

STUDENTS = int(os.environ.get("TINYTUTOR_SCRIPTED_STUDENTS", "4"))


@dataclass(frozen=True)
class Scripted:
    cohort: Path
    course: Course
    truth: dict[str, Metrics]
    """What each student's own workspace tells."""


async def live(course: Course, folder: Path, name: str, bundles: Path) -> Metrics:
    """One student: starters, mistakes, solutions, help, confusion, and giving up at some point."""
    chance = random.Random(name)
    workspace = create_workspace(folder / name, course)
    tutor = Tutor(workspace)
    for module in TINY_MODULES:
        tutor.start(module.id)
        if not await work(tutor, module, chance):
            break
    submit(workspace, tutor.events(), chosen_consent(workspace, name), bundles / f"{name}.zip")
    metrics = tutor.metrics()
    await tutor.close()
    return metrics


async def work(tutor: Tutor, module: TinyModule, chance: random.Random) -> bool:
    """Whether the module was passed."""
    if chance.random() < 0.4:
        await tutor.runs.check(module.id)  # an untouched starter
    for exercise in module.exercises:
        if chance.random() < 0.5:
            tutor.save_source(module.id, exercise.id, wrong_cell(exercise))
            if chance.random() < 0.5:
                await tutor.runs.try_exercise(module.id, exercise.id)
            else:
                await tutor.runs.check(module.id)
            if chance.random() < 0.5:
                tutor.next_hint(module.id, exercise.id)
            if chance.random() < 0.4:
                tutor.report_confusion(module.id, exercise.id, "why?")
            if chance.random() < 0.25:
                return False
        tutor.save_source(module.id, exercise.id, reference_cell(exercise))
    return (await tutor.runs.check(module.id)).passed


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Scripted:
    folder = tmp_path_factory.mktemp("scripted")
    course = load_course(build_course(folder / "course"))
    bundles = folder / "in"
    bundles.mkdir()
    truth = {
        f"s{number:03}": asyncio.run(live(course, folder, f"s{number:03}", bundles))
        for number in range(STUDENTS)
    }
    ingest(look_at(find_bundles([bundles]), course), course, folder / "cohort")
    return Scripted(folder / "cohort", course, truth)


def test_every_row_is_that_of_the_students_own_export(scripted: Scripted) -> None:
    with Cohort(scripted.cohort, scripted.course) as cohort:
        found = list(enrolment_rows(cohort))
    expected = [
        row for name in sorted(scripted.truth) for row in table_rows(scripted.truth[name], name)
    ]
    assert len(found) == len(expected)
    for row, plain in zip(found, expected, strict=True):
        # The clock since boot has nanoseconds, the sum of hundredths of a minute may round apart.
        assert row.pop("active_minutes") == pytest.approx(plain.pop("active_minutes"), abs=0.011)
        assert row == plain


def test_the_cohort_is_the_sum_of_its_students(scripted: Scripted) -> None:
    with Cohort(scripted.cohort, scripted.course) as cohort:
        funnel, effort, items = funnels(cohort), efforts(cohort), course_items(cohort)
    for place, module in enumerate(scripted.course.modules):
        mine = [metrics.of(module.id) for metrics in scripted.truth.values()]
        assert funnel[place].started == sum(m.started for m in mine)
        assert funnel[place].completed == sum(m.completed for m in mine)
        assert effort[place].hints == sum(m.hints for m in mine)
        assert effort[place].confusion_reports == sum(m.confusion_reports for m in mine)
        assert effort[place].attempts == sum(m.attempts for m in mine)
        assert effort[place].errors == sum(m.errors.total - m.errors.unwritten for m in mine)
        assert effort[place].unwritten == sum(m.errors.unwritten for m in mine)
    for item in items:
        tries = [m.of(item.module_id).first_tries for m in scripted.truth.values()]
        firsts = [first[item.test_id] for first in tries if item.test_id in first]
        assert (item.first_tries.part, item.first_tries.whole) == (sum(firsts), len(firsts))


def test_the_script_has_all_kinds_of_students(scripted: Scripted) -> None:
    modules = [metrics.of(NUMBERS.id) for metrics in scripted.truth.values()]
    kinds: Counter[str] = Counter()
    for module in modules:
        kinds.update(module.errors.by_type)
    assert kinds["Mismatch"] and kinds[UNWRITTEN]
    assert any(module.completed for module in modules)
    assert any(module.hints for module in modules)
