"""A student's way through the tiny course, with real kernels: what is shown, kept and recorded."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.courses import NUMBERS, WORDS, TinyModule, reference_cell, wrong_cell
from tinytutor.notebooks.lesson import CellKind
from tinytutor.progress.events import AttemptFinished, CodeSaved, ModulePassed
from tinytutor.progress.unlocking import State
from tinytutor.running.events import CellFinished, CellOutput, CellStarted, KernelReady, RunEvent
from tinytutor.running.verdicts import Status
from tinytutor.tutor.errors import LockedError, NoSuchExerciseError, NotStartedError
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import Workspace


def solve(tutor: Tutor, module: TinyModule) -> None:
    tutor.start(module.id)
    for exercise in module.exercises:
        tutor.save_source(module.id, exercise.id, reference_cell(exercise))


def states(tutor: Tutor) -> list[State]:
    return [view.state for view in tutor.overview()]


async def test_the_whole_way_from_an_empty_workspace_to_the_next_module(tutor: Tutor) -> None:
    assert states(tutor) == [State.OPEN, State.LOCKED, State.LOCKED]
    assert tutor.next_module() == "01_numbers"
    tutor.start("01_numbers")
    assert states(tutor)[0] is State.STARTED

    untouched = await tutor.runs.check("01_numbers")
    assert not untouched.passed
    assert [v.status for v in untouched.verdicts] == [Status.ERROR] * 2
    assert all("not started" in v.message for v in untouched.verdicts)

    double, half = NUMBERS.exercises
    tutor.save_source("01_numbers", "double", wrong_cell(double))
    wrong = await tutor.runs.try_exercise("01_numbers", "double")
    assert [v.status for v in wrong.verdicts] == [Status.FAILED]
    failure = wrong.verdicts[0].failure
    assert failure is not None
    assert "that is the square" in failure.headline
    assert failure.expected.startswith("6")
    assert failure.got.startswith("9")

    tutor.save_source("01_numbers", "double", reference_cell(double))
    tutor.save_source("01_numbers", "half", reference_cell(half))
    passed = await tutor.runs.check("01_numbers")
    assert passed.passed
    assert passed.first_pass
    assert passed.newly_unlocked == ("02_words",)
    assert passed.library_file == tutor.workspace.library_folder / "numbers.py"
    assert "def double" in passed.library_file.read_text("utf-8")
    assert states(tutor) == [State.PASSED, State.OPEN, State.LOCKED]

    solve(tutor, WORDS)
    assert (await tutor.runs.check("02_words")).passed, "02 imports the student's own 01"
    assert tutor.next_module() == "03_pairs"
    assert not (await tutor.runs.check("01_numbers")).first_pass


async def test_events_stream_while_it_runs(tutor: Tutor) -> None:
    solve(tutor, NUMBERS)
    seen: list[RunEvent] = []
    await tutor.runs.check("01_numbers", on_event=seen.append)
    assert isinstance(seen[0], KernelReady)
    started = [event.cell_id for event in seen if isinstance(event, CellStarted)]
    ended = [event.cell_id for event in seen if isinstance(event, CellFinished)]
    assert started == ended
    assert "test_half" in ended


async def test_what_a_check_records(tutor: Tutor) -> None:
    solve(tutor, NUMBERS)
    await tutor.runs.check("01_numbers")
    attempt = next(e.what for e in tutor.events() if isinstance(e.what, AttemptFinished))
    assert attempt.passed
    assert [test.test_id for test in attempt.tests] == ["test_double", "test_half"]
    assert attempt.tests_sha256 == tutor.lesson("01_numbers").tests_sha256
    kinds = [type(event.what) for event in tutor.events()]
    assert kinds.index(ModulePassed) == kinds.index(AttemptFinished) + 1
    metrics = tutor.metrics().of("01_numbers")
    assert (metrics.completed, metrics.attempts, metrics.errors.total) == (True, 1, 0)


async def test_a_save_in_another_editor_is_recorded_once_and_an_untouched_starter_never(
    tutor: Tutor,
) -> None:
    path = tutor.start("01_numbers")
    await tutor.runs.check("01_numbers")
    text = path.read_text("utf-8")
    path.write_text(text.replace("# YOUR CODE HERE", "# mine", 1), "utf-8")
    await tutor.runs.check("01_numbers")
    await tutor.runs.check("01_numbers")
    tutor.save_source("01_numbers", "half", "x = 1")
    await tutor.runs.check("01_numbers")
    saves = [event.what for event in tutor.events() if isinstance(event.what, CodeSaved)]
    assert [save.outside for save in saves] == [True, False]


async def test_a_module_opened_early_says_what_its_library_lacks(tutor: Tutor) -> None:
    tutor.start("02_words", override=True)
    verdict = (await tutor.runs.check("02_words")).verdicts[0]
    assert "ModuleNotFoundError" in verdict.message
    assert "has not passed yet" in verdict.message


async def test_a_cancelled_check_records_nothing(tutor: Tutor) -> None:
    solve(tutor, NUMBERS)
    tutor.save_source("01_numbers", "half", "#| export\nwhile True: pass")
    running = asyncio.Event()

    def on_event(event: RunEvent) -> None:
        if isinstance(event, CellStarted) and event.cell_id == "half":
            running.set()

    task = asyncio.create_task(tutor.runs.check("01_numbers", on_event=on_event))
    await asyncio.wait_for(running.wait(), 60)
    before = tutor.store.last_sequence()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert tutor.store.last_sequence() == before


async def test_a_broken_cell_fails_its_own_test_and_later_ones_wait_for_it(tutor: Tutor) -> None:
    solve(tutor, NUMBERS)
    tutor.save_source("01_numbers", "double", "#| export\ndef double(x:\n    return 2 * x")
    tutor.save_source("01_numbers", "half", "#| export\ndef half(x):\n    return double(x) / 4")
    result = await tutor.runs.check("01_numbers")
    first, second = result.verdicts
    assert (first.status, first.failure and first.failure.error_type) == (
        Status.ERROR,
        "SyntaxError",
    )
    assert first.failure is not None
    assert first.failure.at is not None
    assert (first.failure.at.cell_id, first.failure.at.line) == ("double", 2)
    assert second.status is Status.NOT_REACHED
    assert "waits for exercise 'double'" in second.message


async def test_the_students_line_is_named(tutor: Tutor) -> None:
    solve(tutor, NUMBERS)
    tutor.save_source("01_numbers", "half", "#| export\ndef half(x):\n    y = 0\n    return x / y")
    verdict = (await tutor.runs.try_exercise("01_numbers", "half")).verdicts[0]
    assert verdict.status is Status.ERROR
    assert verdict.failure is not None
    assert verdict.failure.headline == "ZeroDivisionError: division by zero"
    assert verdict.failure.at is not None
    assert (verdict.failure.at.line, verdict.failure.at.text) == (4, "return x / y")


async def test_students_prints_are_shown_with_the_test(tutor: Tutor) -> None:
    solve(tutor, NUMBERS)
    source = "#| export\ndef half(x):\n    print('half of', x)\n    return x / 2"
    tutor.save_source("01_numbers", "half", source)
    verdict = (await tutor.runs.try_exercise("01_numbers", "half")).verdicts[0]
    assert "half of 5" in verdict.output


async def test_a_locked_module_is_refused_until_overridden(tutor: Tutor) -> None:
    with pytest.raises(LockedError, match="02 Words needs 01 Numbers"):
        tutor.start("02_words")
    with pytest.raises(LockedError):
        await tutor.runs.check("02_words")
    assert not tutor.workspace.notebook(tutor.course.module("02_words")).exists()
    tutor.start("02_words", override=True)
    assert states(tutor)[1] is State.STARTED


def test_unknown_names_list_what_there_is(tutor: Tutor) -> None:
    tutor.start("01_numbers")
    with pytest.raises(NoSuchExerciseError, match=r"Did you mean 'double'\?.*double, half"):
        tutor.next_hint("01_numbers", "duble")
    with pytest.raises(NotStartedError, match="tinytutor start 02_words"):
        tutor.sources("02_words")


def test_starting_again_keeps_the_students_work(tutor: Tutor) -> None:
    tutor.start("01_numbers")
    tutor.save_source("01_numbers", "double", "x = 'mine'")
    tutor.start("01_numbers")
    assert tutor.sources("01_numbers")["double"] == "x = 'mine'"


def test_reset_keeps_a_copy_that_can_be_put_back(tutor: Tutor) -> None:
    tutor.start("01_numbers")
    tutor.save_source("01_numbers", "double", "x = 'mine'")
    tutor.save_source("01_numbers", "half", "y = 'mine too'")
    assert tutor.reset("01_numbers", "double") is not None
    assert "YOUR CODE HERE" in tutor.sources("01_numbers")["double"]
    assert tutor.sources("01_numbers")["half"] == "y = 'mine too'"
    assert tutor.undo_reset("01_numbers")
    assert tutor.sources("01_numbers")["double"] == "x = 'mine'"
    tutor.reset("01_numbers")
    assert "YOUR CODE HERE" in tutor.sources("01_numbers")["half"]
    assert tutor.undo_reset("01_numbers")
    assert tutor.sources("01_numbers")["half"] == "y = 'mine too'"


def test_reset_brings_a_deleted_cell_back_and_keeps_the_rest(tutor: Tutor) -> None:
    path = tutor.start("01_numbers")
    tutor.save_source("01_numbers", "half", "y = 'mine too'")
    content = json.loads(path.read_text("utf-8"))
    content["cells"] = [cell for cell in content["cells"] if cell["id"] != "double"]
    path.write_text(json.dumps(content), "utf-8")
    assert "double" not in tutor.sources("01_numbers")
    tutor.reset("01_numbers", "double")
    assert "YOUR CODE HERE" in tutor.sources("01_numbers")["double"]
    assert tutor.sources("01_numbers")["half"] == "y = 'mine too'"


def test_diff_shows_what_changed_and_nothing_else(tutor: Tutor) -> None:
    tutor.start("01_numbers")
    assert tutor.diff("01_numbers") == ""
    tutor.save_source("01_numbers", "double", reference_cell(NUMBERS.exercises[0]))
    diff = tutor.diff("01_numbers")
    assert "+    return 2 * x" in diff
    assert "half" not in diff


def test_hints_come_step_by_step_and_are_counted(tutor: Tutor) -> None:
    tutor.start("01_numbers")
    first, second = (tutor.next_hint("01_numbers", "double") for _ in range(2))
    assert (first.step, second.step) == (1, 2)
    for _ in range(9):
        last = tutor.next_hint("01_numbers", "double")
    assert last.step == last.total
    assert tutor.hints_shown("01_numbers", "half") == 0
    assert tutor.metrics().of("01_numbers").hints == last.total, "showing one again counts nothing"


def test_confusion_and_solutions_are_recorded(tutor: Tutor) -> None:
    tutor.start("01_numbers")
    tutor.report_confusion("01_numbers", "double", "why [b]2[/b]?")
    tutor.report_confusion(None, "map", "")
    assert "return 2 * x" in tutor.solution("01_numbers", "double")
    progress = tutor.progress.of("01_numbers")
    assert progress.confusion_reports == 1
    assert progress.solutions_shown == {"double"}


async def test_an_experiment_runs_after_the_students_code(tutor: Tutor) -> None:
    solve(tutor, NUMBERS)
    (cell_id, *_) = [c.id for c in tutor.lesson("01_numbers").of_kind(CellKind.EXPERIMENT)]
    seen: list[RunEvent] = []
    assert await tutor.runs.experiment("01_numbers", cell_id, on_event=seen.append) is None
    assert any(isinstance(event, CellOutput) and event.cell_id == cell_id for event in seen)


async def test_two_tutors_at_once_see_each_others_records(
    tutor: Tutor, workspace: Workspace
) -> None:
    other = Tutor(workspace)
    solve(tutor, NUMBERS)
    await tutor.runs.check("01_numbers")
    assert other.overview()[0].state is State.PASSED
    await other.close()


async def test_a_pass_whose_file_was_not_written_is_mended_at_the_next_start(
    tutor: Tutor, workspace: Workspace
) -> None:
    solve(tutor, NUMBERS)
    result = await tutor.runs.check("01_numbers")
    assert result.library_file is not None
    result.library_file.unlink()
    again = Tutor(workspace)
    assert result.library_file.is_file()
    await again.close()


async def test_a_library_file_edited_by_hand_is_copied_before_it_is_replaced(
    tutor: Tutor, workspace: Workspace
) -> None:
    solve(tutor, NUMBERS)
    library_file = (await tutor.runs.check("01_numbers")).library_file
    assert library_file is not None
    library_file.write_text("by_hand = 1\n", "utf-8")
    await tutor.runs.check("01_numbers")
    assert "def double" in library_file.read_text("utf-8")
    copies = list(workspace.backups.glob("numbers.*.py"))
    assert [copy.read_text("utf-8") for copy in copies] == ["by_hand = 1\n"]


async def test_a_changed_test_makes_a_pass_stale_and_locks_nothing(
    tutor: Tutor, workspace: Workspace, course_folder: Path
) -> None:
    solve(tutor, NUMBERS)
    await tutor.runs.check("01_numbers")
    lesson = course_folder / "modules" / "01_numbers" / "numbers.py"
    lesson.write_text(lesson.read_text("utf-8").replace("half(5), 2.5", "half(7), 3.5"), "utf-8")
    later = Tutor(workspace)
    assert states(later) == [State.STALE, State.OPEN, State.LOCKED]
    assert "check it again" in later.overview()[0].sentence
    await later.close()
