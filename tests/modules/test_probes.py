"""Every exercise has a hidden test that asks anew each time and notices the recorded mistakes."""

from __future__ import annotations

import compileall
import contextlib
import functools
import io
import signal
import tracemalloc
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np
import pytest

from tests.modules.conftest import COURSE, MODULE_IDS
from tests.modules.numerics.library import imported
from tinytutor.authoring.mistakes import read_mistakes, with_mistake
from tinytutor.notebooks.assembly import assemble
from tinytutor.notebooks.lesson import CellKind, Lesson
from tinytutor.notebooks.library import reference_solutions
from tinytutor.notebooks.matching import match
from tinytutor.notebooks.probes import FILE_NAME, ProbeSource, read_probes
from tinytutor.notebooks.reading import read_lesson
from tinytutor.notebooks.student import parse_student_notebook, starter_notebook
from tinytutor.running.events import RunEvent
from tinytutor.running.hidden import answers, judge_hidden, with_probes
from tinytutor.running.inside.apart import namespace_for, run_apart
from tinytutor.running.plain_values import difference, to_json
from tinytutor.running.runner import Runner, job_of
from tinytutor.running.verdicts import Status

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
"""Seconds for a cell or a probe, in which the reference needs less than a tenth."""


@functools.cache
def compiled(source: str, cell_id: str) -> CodeType:
    return compile(source, f"<{cell_id}>", "exec")


@pytest.fixture(scope="session")
def library_folder(reference_folder: Path) -> Path:
    """The reference library, compiled: it is imported once per mistake."""
    compileall.compile_dir(reference_folder, quiet=1)
    return reference_folder


each_module = pytest.mark.parametrize("module_id", MODULE_IDS)


def probes_of(lesson: Lesson) -> dict[str, ProbeSource]:
    path = COURSE.module(lesson.module_id).folder / FILE_NAME
    probes = read_probes(path, [exercise.id for exercise in lesson.exercises])
    return {probe.exercise_id: probe for probe in probes}


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raises TimeoutError after that: some mistakes never come to an end."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def executed(
    lesson: Lesson, solutions: Mapping[str, str], folder: Path
) -> Iterator[dict[str, Any]]:
    """The names that a lesson's cells define on a library of their own; errors are passed by."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with imported(folder), contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        for cell in lesson.cells:
            source = cell.source if cell.kind is CellKind.GIVEN else solutions.get(cell.id, "")
            with contextlib.suppress(Exception), at_most(LIMIT):
                exec(compiled(source, cell.id), names)
        yield names
        tracemalloc.stop()


def answer(probe: ProbeSource, names: Mapping[str, Any], seed: int) -> str:
    """As `tinytutor.running.inside.kernel` computes it."""
    apart = namespace_for(names)
    run_apart(probe.source, "<probe>", apart)
    return to_json(apart[probe.function](np.random.Generator(np.random.PCG64(seed))))


def answers_of_reference(lesson: Lesson, folder: Path, seed: int) -> dict[str, str]:
    with executed(lesson, reference_solutions(lesson), folder) as names:
        return {key: answer(probe, names, seed) for key, probe in probes_of(lesson).items()}


@each_module
def test_every_exercise_has_a_probe(module_id: str) -> None:
    lesson = read_lesson(COURSE.module(module_id))
    assert list(probes_of(lesson)) == [exercise.id for exercise in lesson.exercises]


@each_module
def test_the_reference_answers_the_same_for_the_same_seed_alone(
    module_id: str, library_folder: Path
) -> None:
    lesson = read_lesson(COURSE.module(module_id))
    first = answers_of_reference(lesson, library_folder, SEED)
    again = answers_of_reference(lesson, library_folder, SEED)
    other = answers_of_reference(lesson, library_folder, OTHER_SEED)
    assert {key: difference(again[key], right) for key, right in first.items()} == dict.fromkeys(
        first
    )
    assert {key for key, right in first.items() if '{"type":' in right} == set()
    same = {key for key, right in first.items() if difference(other[key], right) is None}
    assert {(module_id, key) for key in same} == {k for k in ALWAYS_THE_SAME if k[0] == module_id}


@each_module
def test_the_probes_notice_the_recorded_mistakes(module_id: str, library_folder: Path) -> None:
    module = COURSE.module(module_id)
    lesson = read_lesson(module)
    probes = probes_of(lesson)
    right = answers_of_reference(lesson, library_folder, SEED)
    mistakes = list(read_mistakes(module, lesson))
    missed: list[str] = []
    for mistake in mistakes:
        probe = probes[mistake.exercise_id]
        with executed(lesson, with_mistake(lesson, mistake), library_folder) as names:
            try:
                with at_most(LIMIT):
                    got = answer(probe, names, SEED)
            except Exception:
                continue
        if difference(got, right[probe.exercise_id]) is None:
            missed.append(f"{mistake.exercise_id}: {mistake.name}")
    print(f"{module_id}: {len(mistakes) - len(missed)} of {len(mistakes)}", *missed, sep="\n  ")
    assert len(missed) <= (1 - CAUGHT) * len(mistakes), missed


async def test_a_kernel_judges_as_the_reference_answers(library_folder: Path) -> None:
    """The whole way of a grade, with a mistake in the module's first exercise."""
    module = COURSE.module(KERNEL_MODULE)
    lesson = read_lesson(module)
    probes = tuple(probes_of(lesson).values())
    mistake = next(read_mistakes(module, lesson))
    runner = Runner(library_folder)
    try:
        right = answers(await events_of(runner, lesson, probes, reference_solutions(lesson)))
        again = await events_of(runner, lesson, probes, reference_solutions(lesson))
        wrong = await events_of(runner, lesson, probes, with_mistake(lesson, mistake))
    finally:
        await runner.close()
    verdicts = judge_hidden(probes, again, right)
    assert [verdict.status for verdict in verdicts] == [Status.PASSED] * len(probes), verdicts
    in_process = answers_of_reference(lesson, library_folder, SEED)
    assert {key: difference(right[key], in_process[key]) for key in right} == dict.fromkeys(right)
    failed = {
        v.exercise_id for v in judge_hidden(probes, wrong, right) if v.status is not Status.PASSED
    }
    assert mistake.exercise_id in failed


async def events_of(
    runner: Runner, lesson: Lesson, probes: tuple[ProbeSource, ...], solutions: Mapping[str, str]
) -> list[RunEvent]:
    text = starter_notebook(lesson, solutions)
    matching = match(lesson, parse_student_notebook(text, lesson.module_id))
    job = job_of(assemble(lesson, matching, COURSE.module(lesson.module_id).limits))
    return [event async for event in runner.run(with_probes(job, probes, SEED, LIMIT))]
