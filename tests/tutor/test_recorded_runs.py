"""An unchanged notebook is answered from its last run; any change of what that rests on runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.courses import NUMBERS, reference_cell, wrong_cell
from tinytutor.curriculum import Course
from tinytutor.progress.events import AttemptFinished
from tinytutor.running.events import RunEvent
from tinytutor.running.verdicts import Status
from tinytutor.tutor.results import CheckResult
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import Workspace

MODULE = "01_numbers"


@pytest.fixture
def solved(tutor: Tutor) -> Tutor:
    tutor.start(MODULE)
    for exercise in NUMBERS.exercises:
        tutor.save_source(MODULE, exercise.id, reference_cell(exercise))
    return tutor


def attempts(tutor: Tutor) -> int:
    return sum(isinstance(event.what, AttemptFinished) for event in tutor.events())


async def check(tutor: Tutor) -> tuple[CheckResult, int]:
    """The result, and how many events came of running it."""
    events: list[RunEvent] = []
    return await tutor.runs.check(MODULE, on_event=events.append), len(events)


async def test_an_unchanged_notebook_is_not_run_again(solved: Tutor) -> None:
    first, ran = await check(solved)
    assert ran
    assert first.recorded_at is None
    again, ran = await check(solved)
    assert not ran
    assert again.passed
    assert again.recorded_at is not None
    assert [v.status for v in again.verdicts] == [Status.PASSED] * 2
    assert (again.newly_unlocked, again.first_pass) == ((), False)
    assert attempts(solved) == 1, "nothing ran, so nothing is recorded"


async def test_a_failure_is_remembered_whole(tutor: Tutor) -> None:
    tutor.start(MODULE)
    tutor.save_source(MODULE, "double", wrong_cell(NUMBERS.exercises[0]))
    first = await tutor.runs.try_exercise(MODULE, "double")
    again = await tutor.runs.try_exercise(MODULE, "double")
    assert again.recorded_at is not None
    assert not again.passed
    assert again.verdicts == first.verdicts


async def test_it_runs_again_when_told_to(solved: Tutor) -> None:
    await check(solved)
    result = await solved.runs.check(MODULE, fresh=True)
    assert result.recorded_at is None
    assert attempts(solved) == 2


async def test_a_change_of_code_runs_it(solved: Tutor) -> None:
    await check(solved)
    solved.save_source(MODULE, "double", reference_cell(NUMBERS.exercises[0]) + "\n# more\n")
    assert (await check(solved))[0].recorded_at is None


async def test_a_change_of_the_library_runs_it(solved: Tutor, workspace: Workspace) -> None:
    await check(solved)
    (workspace.library_folder / "helper.py").write_text("x = 1\n", "utf-8")
    assert (await check(solved))[0].recorded_at is None


async def test_a_change_of_a_test_runs_it(
    solved: Tutor, workspace: Workspace, course: Course
) -> None:
    await check(solved)
    await solved.close()
    lesson = course.module(MODULE).lesson_path
    text = lesson.read_text("utf-8")
    lesson.write_text(text.replace("def test_double():", "def test_double():\n    pass"), "utf-8")
    later = Tutor(workspace)
    assert (await check(later))[0].recorded_at is None
    await later.close()


async def test_another_version_runs_it(solved: Tutor, monkeypatch: pytest.MonkeyPatch) -> None:
    await check(solved)
    monkeypatch.setattr("tinytutor.tutor.recorded_runs.__version__", "99")
    assert (await check(solved))[0].recorded_at is None


async def test_a_run_that_the_store_does_not_know_does_not_count(
    solved: Tutor, workspace: Workspace
) -> None:
    await check(solved)
    path = workspace.state_folder / "runs" / f"{MODULE}.json"
    path.write_text(path.read_text("utf-8").replace('"attempt_id": "', '"attempt_id": "x'), "utf-8")
    assert (await check(solved))[0].recorded_at is None


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema_version": 1, "runs": {"": 3}}', "\0"])
async def test_a_broken_cache_is_made_again(solved: Tutor, workspace: Workspace, text: str) -> None:
    await check(solved)
    path: Path = workspace.state_folder / "runs" / f"{MODULE}.json"
    path.write_text(text, "utf-8")
    assert (await check(solved))[0].recorded_at is None
    assert json.loads(path.read_text("utf-8"))["runs"]


async def test_a_test_that_was_too_slow_runs_again(tutor: Tutor) -> None:
    tutor.start(MODULE)
    dies = "#| export\ndef double(x):\n    import os\n    os._exit(1)"
    tutor.save_source(MODULE, "double", dies)
    await tutor.runs.try_exercise(MODULE, "double")
    assert (await tutor.runs.try_exercise(MODULE, "double")).recorded_at is None
