"""Checks of every module: the starter fails, the reference passes, each mistake is named.

All of it without kernels, where what variants share runs once; some of it, if thorough all, in real
kernels as well, which must say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.conftest import THOROUGH
from tests.modules.conftest import COURSE, MODULE_IDS
from tests.modules.variants import run_variants, with_solutions
from tinytutor.authoring.mistakes import Mistake, read_mistakes, with_mistake
from tinytutor.notebooks.assembly import Assembly, assemble
from tinytutor.notebooks.lesson import Lesson
from tinytutor.notebooks.library import reference_solutions
from tinytutor.notebooks.matching import match
from tinytutor.notebooks.reading import read_lesson
from tinytutor.notebooks.student import parse_student_notebook, starter_notebook
from tinytutor.running.runner import Runner, job_of
from tinytutor.running.verdicts import Status, Verdict, judge
from tinytutor.tutor.checking import run_tests

each_module = pytest.mark.parametrize("module_id", MODULE_IDS)


@dataclass(frozen=True)
class Variant:
    """A notebook and what its tests must come to."""

    name: str
    assembly: Assembly
    passed: int
    """Exercises from the top that must pass; no other may."""
    mistake: Mistake | None = None
    """What the first test that does not pass must name."""


def variants_of(lesson: Lesson) -> Iterator[Variant]:
    """The starter and every further exercise solved, up to the reference; then every mistake."""
    reference = reference_solutions(lesson)
    written: dict[str, str] = {}
    yield Variant("starter", assembly_of(lesson, written), 0)
    for number, exercise in enumerate(lesson.exercises, 1):
        written[exercise.id] = reference[exercise.id]
        yield Variant(f"written up to {exercise.id}", assembly_of(lesson, written), number)
    solved = assembly_of(lesson, reference)
    test_ids = [exercise.test.id for exercise in lesson.exercises]
    for mistake in read_mistakes(COURSE.module(lesson.module_id), lesson):
        assembly = up_to(with_solutions(solved, with_mistake(lesson, mistake)), mistake.test)
        name = f"{mistake.exercise_id}: {mistake.name}"
        yield Variant(name, assembly, test_ids.index(mistake.test), mistake)


def assembly_of(lesson: Lesson, solutions: Mapping[str, str]) -> Assembly:
    """What a check runs of a notebook with these solutions."""
    text = starter_notebook(lesson, solutions)
    matching = match(lesson, parse_student_notebook(text, lesson.module_id))
    return assemble(lesson, matching, COURSE.module(lesson.module_id).limits)


def up_to(assembly: Assembly, test_id: str) -> Assembly:
    """Without what comes after a test."""
    ids = [cell.id for cell in assembly.cells]
    return replace(assembly, cells=assembly.cells[: ids.index(test_id) + 1])


def assert_as_expected(variant: Variant, verdicts: tuple[Verdict, ...]) -> None:
    messages = [f"{v.test_id}: {v.status}: {v.message}" for v in verdicts]
    passed = [v.status is Status.PASSED for v in verdicts]
    assert len(verdicts) == len(variant.assembly.test_ids)
    expected = [place < variant.passed for place in range(len(verdicts))]
    assert passed == expected, (variant.name, messages)
    if variant.mistake is not None:
        failed = verdicts[variant.passed]
        assert variant.mistake.says in failed.message, (variant.name, messages)


@each_module
def test_each_variant_is_judged_as_it_must_be(module_id: str, reference_folder: Path) -> None:
    lesson = read_lesson(COURSE.module(module_id))
    variants = list(variants_of(lesson))
    for exercise in lesson.exercises:
        own = [v for v in variants if v.mistake and v.mistake.exercise_id == exercise.id]
        assert own, f"no mistake is recorded for {exercise.id}"
    runs = run_variants([job_of(variant.assembly) for variant in variants], reference_folder)
    for variant, events in zip(variants, runs, strict=True):
        assert_as_expected(variant, judge(lesson, variant.assembly, events))


@each_module
async def test_kernels_judge_the_same(module_id: str, reference_folder: Path) -> None:
    """That the reference passes in kernels is held by `test_orders`."""
    lesson = read_lesson(COURSE.module(module_id))
    variants = list(variants_of(lesson))
    runner = Runner(reference_folder)
    try:
        # The last mistake runs nearly all of a lesson.
        for variant in variants if THOROUGH else variants[-1:]:
            outcome = await run_tests(runner, lesson, variant.assembly, None)
            assert outcome.fault is None
            assert_as_expected(variant, outcome.verdicts)
    finally:
        await runner.close()
