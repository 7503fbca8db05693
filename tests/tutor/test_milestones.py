"""A milestone runs with the student's own library, is recorded, and never counts unless it ran."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.courses import NUMBERS, build_course, reference_cell
from tinytutor.curriculum import UnknownMilestoneError
from tinytutor.curriculum.loader import load_course
from tinytutor.progress.events import MilestoneRun
from tinytutor.running.events import CellOutput, RunEvent
from tinytutor.tutor.errors import LockedError
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import create_workspace

PROGRAM = """
from tinylib.numbers import double

def run(seed):
    print("doubling", seed, flush=True)
    if seed == 9:
        raise ValueError("nine is too many")
    return {"result": double(seed)}
"""


@pytest.fixture
def course_folder(tmp_path: Path) -> Path:
    folder = build_course(tmp_path / "course")
    programs = folder / "curriculum" / "milestones"
    programs.mkdir()
    (programs / "doubling.py").write_text(PROGRAM, "utf-8")
    with (folder / "curriculum" / "course.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "milestones:\n  - id: doubling\n    title: It doubles\n"
            "    requires: [01_numbers]\n    gate: any number\n"
        )
    return folder


async def pass_numbers(tutor: Tutor) -> None:
    tutor.start("01_numbers")
    for exercise in NUMBERS.exercises:
        tutor.save_source("01_numbers", exercise.id, reference_cell(exercise))
    assert (await tutor.runs.check("01_numbers")).passed


async def test_it_is_locked_then_ready_then_reached(tutor: Tutor) -> None:
    with pytest.raises(LockedError, match="01_numbers"):
        await tutor.runs.milestone("doubling")
    await pass_numbers(tutor)
    assert tutor.milestones()[0].missing == ()
    seen: list[RunEvent] = []
    result = await tutor.runs.milestone("doubling", seed=4, on_event=seen.append)
    assert (result.reached, dict(result.figures)) == (True, {"result": 8})
    assert [e.data for e in seen if isinstance(e, CellOutput)] == ["doubling 4\n"]
    view = tutor.milestones()[0]
    assert (view.reached, dict(view.figures)) == (True, {"result": 8})


async def test_a_missed_gate_is_told_and_does_not_undo_an_earlier_one(tutor: Tutor) -> None:
    await pass_numbers(tutor)
    missed = await tutor.runs.milestone("doubling", seed=9)
    assert (missed.reached, missed.message) == (False, "ValueError: nine is too many")
    assert not tutor.milestones()[0].reached
    await tutor.runs.milestone("doubling", seed=1)
    await tutor.runs.milestone("doubling", seed=9)
    assert tutor.milestones()[0].reached
    runs = [e.what for e in tutor.events() if isinstance(e.what, MilestoneRun)]
    assert [(run.seed, run.reached) for run in runs] == [(9, False), (1, True), (9, False)]


async def test_a_program_that_ends_the_kernel_reaches_nothing(
    tmp_path: Path, course_folder: Path
) -> None:
    program = course_folder / "curriculum" / "milestones" / "doubling.py"
    program.write_text("def run(seed):\n    import os\n    os._exit(0)\n", "utf-8")
    tutor = Tutor(create_workspace(tmp_path / "other", load_course(course_folder)))
    try:
        await pass_numbers(tutor)
        result = await tutor.runs.milestone("doubling")
        assert not result.reached
        assert "ended the kernel" in result.message
    finally:
        await tutor.close()


async def test_an_unknown_milestone_lists_those_there_are(tutor: Tutor) -> None:
    with pytest.raises(UnknownMilestoneError, match="Did you mean 'doubling'"):
        await tutor.runs.milestone("dubling")
