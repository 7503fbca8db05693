"""Real checks of every module: the starter fails, the reference passes, each mistake is named."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from tests.conftest import THOROUGH
from tests.modules.conftest import COURSE, MODULE_IDS
from tinytutor.authoring.mistakes import read_mistakes, with_mistake
from tinytutor.curriculum import Course
from tinytutor.notebooks.assembly import assemble
from tinytutor.notebooks.lesson import Lesson
from tinytutor.notebooks.library import reference_solutions
from tinytutor.notebooks.matching import match
from tinytutor.notebooks.reading import read_lesson
from tinytutor.notebooks.student import parse_student_notebook, starter_notebook
from tinytutor.running.runner import Runner
from tinytutor.running.verdicts import Status, Verdict
from tinytutor.tutor.checking import run_tests

each_module = pytest.mark.parametrize("module_id", MODULE_IDS)


@pytest.fixture
async def runner(reference_folder: Path) -> AsyncIterator[Runner]:
    runner = Runner(reference_folder)
    await runner.warm_up(2048)
    yield runner
    await runner.close()


async def verdicts_of(
    runner: Runner, course: Course, lesson: Lesson, solutions: Mapping[str, str]
) -> tuple[Verdict, ...]:
    """A notebook with these solutions, checked as a student's is."""
    text = starter_notebook(lesson, solutions)
    matching = match(lesson, parse_student_notebook(text, lesson.module_id))
    assembly = assemble(lesson, matching, course.module(lesson.module_id).limits)
    outcome = await run_tests(runner, lesson, assembly, None)
    assert outcome.fault is None
    return outcome.verdicts


@each_module
async def test_an_untouched_starter_fails_every_test(
    runner: Runner, course: Course, module_id: str
) -> None:
    lesson = read_lesson(course.module(module_id))
    verdicts = await verdicts_of(runner, course, lesson, {})
    assert len(verdicts) == len(lesson.exercises)
    assert all(v.status in (Status.FAILED, Status.ERROR, Status.NOT_REACHED) for v in verdicts)


@each_module
async def test_the_reference_passes_every_test(
    runner: Runner, course: Course, module_id: str
) -> None:
    lesson = read_lesson(course.module(module_id))
    verdicts = await verdicts_of(runner, course, lesson, reference_solutions(lesson))
    assert len(verdicts) == len(lesson.exercises)
    assert [v.message for v in verdicts if v.status is not Status.PASSED] == []


@each_module
async def test_each_exercise_passes_while_later_ones_are_unwritten(
    runner: Runner, course: Course, module_id: str
) -> None:
    lesson = read_lesson(course.module(module_id))
    written: dict[str, str] = {}
    for number, exercise in enumerate(lesson.exercises):
        written[exercise.id] = reference_solutions(lesson)[exercise.id]
        verdicts = await verdicts_of(runner, course, lesson, written)
        assert [v.message for v in verdicts[: number + 1] if v.status is not Status.PASSED] == []
        assert all(v.status is not Status.PASSED for v in verdicts[number + 1 :])


@pytest.mark.parametrize(
    ("module_id", "exercise_id"),
    [
        (module.id, path.stem)
        for module in COURSE.modules
        for path in sorted((module.folder / "mistakes").glob("*.yaml"))
    ],
)
async def test_each_recorded_mistake_is_named_by_its_test(
    runner: Runner, course: Course, module_id: str, exercise_id: str
) -> None:
    module = course.module(module_id)
    lesson = read_lesson(module)
    mistakes = [m for m in read_mistakes(module, lesson) if m.exercise_id == exercise_id]
    assert mistakes, f"{exercise_id} is no exercise of {module_id}"
    # Without kernels all of them are tried for their probes, in `test_probes`.
    for mistake in mistakes if THOROUGH else mistakes[::3]:
        verdicts = await verdicts_of(runner, course, lesson, with_mistake(lesson, mistake))
        failed = [v for v in verdicts if v.status is not Status.PASSED]
        where = f"{mistake.exercise_id}: {mistake.name}"
        assert failed, f"{where}: no test failed"
        assert failed[0].test_id == mistake.test, f"{where}: {failed[0].message}"
        assert mistake.says in failed[0].message, f"{where}: {failed[0].message}"
