"""Every exercise has a hidden test that asks anew each time and notices the recorded mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.modules.conftest import COURSE, MODULE_IDS
from tests.modules.variants import run_variants, with_solutions
from tinytutor.authoring.mistakes import read_mistakes, with_mistake
from tinytutor.notebooks.assembly import Assembly, assemble
from tinytutor.notebooks.lesson import Lesson
from tinytutor.notebooks.library import reference_solutions
from tinytutor.notebooks.matching import match
from tinytutor.notebooks.probes import FILE_NAME, ProbeSource, read_probes
from tinytutor.notebooks.reading import read_lesson
from tinytutor.notebooks.student import parse_student_notebook, starter_notebook
from tinytutor.running.events import Job
from tinytutor.running.hidden import answers, judge_hidden, with_probes
from tinytutor.running.plain_values import difference
from tinytutor.running.runner import Runner, job_of
from tinytutor.running.verdicts import Status
from tinytutor.tutor.checking import collect

SEED, OTHER_SEED = 11, 12
CAUGHT = 0.85
"""Share of a module's mistakes that its probes must notice; the rest change an error's text only,
or what an answer of plain values cannot show."""
ALWAYS_THE_SAME = {
    ("13_attention", "by_hand"): "asks for four rows of one example",
    ("13_attention", "shape_ledger"): "asks for the shapes of one example",
    ("16_acceleration", "memory_order"): "asks for five fixed predictions",
    ("02_tensor", "read"): "asks for three fixed predictions",
}
"""Probes without fresh inputs, and why."""
KERNEL_MODULE = "03_activations"
"""The module whose probes run in real kernels."""
LIMIT = 3.0
"""Seconds for a probe in a kernel, in which the reference needs less than a tenth."""


each_module = pytest.mark.parametrize("module_id", MODULE_IDS)


def probes_of(lesson: Lesson) -> dict[str, ProbeSource]:
    path = COURSE.module(lesson.module_id).folder / FILE_NAME
    probes = read_probes(path, [exercise.id for exercise in lesson.exercises])
    return {probe.exercise_id: probe for probe in probes}


def solved(lesson: Lesson) -> Assembly:
    """The reference, without tests."""
    text = starter_notebook(lesson, reference_solutions(lesson))
    matching = match(lesson, parse_student_notebook(text, lesson.module_id))
    limits = COURSE.module(lesson.module_id).limits
    return assemble(lesson, matching, limits, with_tests=False)


def asked(assembly: Assembly, probes: Sequence[ProbeSource], seed: int = SEED) -> Job:
    """What runs the cells, and then probes."""
    return with_probes(job_of(assembly), probes, seed, LIMIT)


@each_module
def test_every_exercise_has_a_probe(module_id: str) -> None:
    lesson = read_lesson(COURSE.module(module_id))
    assert list(probes_of(lesson)) == [exercise.id for exercise in lesson.exercises]


@each_module
def test_the_reference_answers_the_same_for_the_same_seed_alone(
    module_id: str, reference_folder: Path
) -> None:
    lesson = read_lesson(COURSE.module(module_id))
    probes, reference = list(probes_of(lesson).values()), solved(lesson)
    jobs = [asked(reference, probes, seed) for seed in (SEED, OTHER_SEED)]
    first, other = map(answers, run_variants(jobs, reference_folder))
    again = answers(run_variants(jobs[:1], reference_folder)[0])
    assert list(first) == [exercise.id for exercise in lesson.exercises]
    assert {key: difference(again[key], right) for key, right in first.items()} == dict.fromkeys(
        first
    )
    assert {key for key, right in first.items() if '{"type":' in right} == set()
    same = {key for key, right in first.items() if difference(other[key], right) is None}
    assert {(module_id, key) for key in same} == {k for k in ALWAYS_THE_SAME if k[0] == module_id}


@each_module
def test_the_probes_notice_the_recorded_mistakes(module_id: str, reference_folder: Path) -> None:
    module = COURSE.module(module_id)
    lesson = read_lesson(module)
    probes, reference = probes_of(lesson), solved(lesson)
    mistakes = list(read_mistakes(module, lesson))
    wrong = [with_solutions(reference, with_mistake(lesson, mistake)) for mistake in mistakes]
    jobs = [
        asked(reference, list(probes.values())),
        *(asked(w, [probes[m.exercise_id]]) for w, m in zip(wrong, mistakes, strict=True)),
    ]
    right, *got = map(answers, run_variants(jobs, reference_folder))
    missed = [
        f"{mistake.exercise_id}: {mistake.name}"
        for mistake, answer in zip(mistakes, got, strict=True)
        if mistake.exercise_id in answer
        and difference(answer[mistake.exercise_id], right[mistake.exercise_id]) is None
    ]
    print(f"{module_id}: {len(mistakes) - len(missed)} of {len(mistakes)}", *missed, sep="\n  ")
    assert len(missed) <= (1 - CAUGHT) * len(mistakes), missed


async def test_a_kernel_judges_as_the_reference_answers(reference_folder: Path) -> None:
    """The whole way of a grade, with a mistake in the module's first exercise."""
    module = COURSE.module(KERNEL_MODULE)
    lesson = read_lesson(module)
    probes = list(probes_of(lesson).values())
    mistake = next(read_mistakes(module, lesson))
    reference = solved(lesson)
    job = asked(reference, probes)
    job_with_mistake = asked(with_solutions(reference, with_mistake(lesson, mistake)), probes)
    runner = Runner(reference_folder)
    try:
        right = answers(await collect(runner, job, None))
        again = await collect(runner, job, None)
        wrong = await collect(runner, job_with_mistake, None)
    finally:
        await runner.close()
    verdicts = judge_hidden(probes, again, right)
    assert [verdict.status for verdict in verdicts] == [Status.PASSED] * len(probes), verdicts
    in_process = answers(run_variants([job], reference_folder)[0])
    assert {key: difference(right[key], in_process[key]) for key in right} == dict.fromkeys(right)
    failed = {
        v.exercise_id for v in judge_hidden(probes, wrong, right) if v.status is not Status.PASSED
    }
    assert mistake.exercise_id in failed
