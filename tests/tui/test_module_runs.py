"""Tests of an exercise, checks of the module, cancelling, experiments and the celebration."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.courses import NUMBERS, reference_cell, wrong_cell
from tests.tui.module_harness import (
    drawn,
    numbers,
    opened,
    result,
    started_tutor,
    until,
    until_idle,
    words,
    write,
)
from tinytutor.running.runner import Runner
from tinytutor.tui.screens.celebration import Celebration
from tinytutor.tui.widgets.lesson_blocks import ExperimentBlock
from tinytutor.tutor.tutor import Tutor

DOUBLE, HALF = NUMBERS.exercises
SIZES = [(80, 24), (160, 48)]


@pytest.mark.parametrize("size", SIZES)
async def test_a_wrong_answer_and_then_the_right_one(tmp_path: Path, size: tuple[int, int]) -> None:
    async with numbers(tmp_path, size=size) as (_, app, pilot):
        await pilot.press("f4", "ctrl+l")
        write(app, wrong_cell(DOUBLE))
        await pilot.press("f5")
        await until_idle(app, pilot)
        said = result(app)
        assert "that is the square" in said
        assert "expected" in said
        assert "got       9" in said
        assert "✗ 1" in words(app, "#strip")
        write(app, reference_cell(DOUBLE))
        await pilot.pause()
        assert "not run yet" in result(app), "the verdict was of other code"
        await pilot.press("ctrl+r")
        await until_idle(app, pilot)
        assert "passed" in result(app)
        assert "✓ 1" in words(app, "#strip")


async def test_what_is_typed_last_is_what_runs(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        await pilot.press("f4", "ctrl+l")
        write(app, reference_cell(DOUBLE))
        await pilot.press("f5")
        await until_idle(app, pilot)
        assert "passed" in result(app)
        assert tutor.sources("01_numbers")["double"] == reference_cell(DOUBLE)


async def test_the_line_that_raised_is_marked_until_the_code_changes(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        await pilot.press("f4", "ctrl+l")
        write(app, "#| export\ndef double(x):\n    y = x\n    return y / 0\n")
        await pilot.press("f5")
        await until_idle(app, pilot)
        editor = app.module_screen.exercise_pane.editor
        assert editor.marked_line == 4
        assert "4▶" in drawn(app)
        assert "ZeroDivisionError" in result(app)
        assert "your line 4  return y / 0" in result(app)
        await pilot.press("space")
        await pilot.pause()
        assert editor.marked_line is None
        assert "4▶" not in drawn(app)


async def test_captured_output_is_shown_without_markup(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        await pilot.press("f4", "ctrl+l")
        write(app, "#| export\ndef double(x):\n    print('a[i] [/b]')\n    return 2 * x\n")
        await pilot.press("f5")
        await until_idle(app, pilot)
        assert "a[i] [/b]" in result(app)


async def test_a_check_goes_to_what_failed(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        write(app, reference_cell(DOUBLE))
        await pilot.press("f6")
        await until_idle(app, pilot)
        screen = app.module_screen
        assert screen.state is not None
        assert screen.state.exercise_id == "half"
        assert "1 of 2 tests passed" in result(app)
        assert "not started" in result(app)


@pytest.mark.parametrize(("key", "stays"), [("s", True), ("enter", False)])
async def test_a_pass_is_celebrated_once(tmp_path: Path, key: str, stays: bool) -> None:
    async with numbers(tmp_path, size=(80, 24)) as (tutor, app, pilot):
        for exercise in NUMBERS.exercises:
            tutor.save_source("01_numbers", exercise.id, reference_cell(exercise))
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(app.screen, Celebration))
        await pilot.pause()
        told = " ".join(
            str(shown.content) for shown in app.screen.query("Static").results() if shown.content
        )
        assert "01 Numbers passed" in told
        assert "02 Words" in told
        assert "tinylib/numbers.py" in told
        await pilot.press(key)
        await pilot.pause()
        assert (app.screen is app.module_screen) is stays
        if stays:
            assert "The module has passed" in result(app)
            assert "Esc goes back to the map" in result(app)
            await pilot.press("f6")
            await until_idle(app, pilot)
            assert app.screen is app.module_screen, "a second pass is nothing to stop for"


async def test_no_celebration_where_the_student_wants_none(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        app.settings = type(app.settings)(celebrate=False)
        for exercise in NUMBERS.exercises:
            tutor.save_source("01_numbers", exercise.id, reference_cell(exercise))
        await pilot.press("f6")
        await until_idle(app, pilot)
        assert app.screen is app.module_screen
        assert "The module has passed" in result(app)


async def test_escape_stops_a_run_and_the_next_one_works(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        await pilot.press("f4", "ctrl+l")
        write(app, "#| export\nwhile True:\n    pass\n")
        await pilot.press("f5")
        screen = app.module_screen
        await until(pilot, lambda: "running" in words(app, "#run-line"))
        assert "Esc stops it" in words(app, "#run-line")
        assert not app.meter.paused
        await pilot.press("f6")
        assert screen.running, "a second run waits for the first to be stopped"
        await pilot.press("escape")
        await until(pilot, lambda: not screen.running)
        await pilot.pause()
        assert "Stopped" in result(app)
        assert app.screen is screen, "the key that stops a run does not leave"
        assert tutor.progress.of("01_numbers").exercise_runs == 0
        write(app, reference_cell(DOUBLE))
        await pilot.press("f5")
        await until_idle(app, pilot)
        assert "passed" in result(app)


async def test_typing_during_a_run_makes_its_verdict_old(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        await pilot.press("f4", "ctrl+l")
        write(app, reference_cell(DOUBLE))
        await pilot.press("f5")
        await until(pilot, lambda: app.module_screen.running)
        write(app, wrong_cell(DOUBLE))
        await until(pilot, lambda: not app.module_screen.running)
        await pilot.pause()
        assert "not run yet" in result(app)


async def test_an_experiment_shows_what_it_prints(tmp_path: Path) -> None:
    async with numbers(tmp_path, size=(80, 24)) as (tutor, app, pilot):
        for exercise in NUMBERS.exercises:
            tutor.save_source("01_numbers", exercise.id, reference_cell(exercise))
        screen = app.module_screen
        screen.change(lambda state: state.to_section(3))
        await until(pilot, lambda: bool(screen.query(ExperimentBlock)))
        await pilot.press("x")
        await until_idle(app, pilot)
        assert "Numbers: measured" in words(app, "ExperimentBlock .output Static")
        await pilot.press("p", "n")
        await until(pilot, lambda: bool(screen.query(ExperimentBlock)))
        await pilot.pause()
        assert "Numbers: measured" in words(app, "ExperimentBlock .output Static")


async def test_x_without_an_experiment_says_so(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        await pilot.press("x")
        await pilot.pause()
        assert not app.module_screen.running
        assert any("no experiment" in note.message for note in app._notifications)


async def test_a_module_opened_early_shows_what_its_code_lacks(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        await pilot.pause()
    tutor = Tutor(tutor.workspace)
    tutor.start("02_words", override=True)
    async with opened(tutor, "02_words") as (app, pilot):
        await pilot.press("f5")
        await until_idle(app, pilot)
        assert "No module named 'tinylib.numbers'" in result(app)
    await tutor.close()


async def test_a_fault_of_the_runner_is_told_and_nothing_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: Runner, memory_mib: int) -> None:
        raise OSError("no processes left")

    async with numbers(tmp_path) as (_, app, pilot):
        monkeypatch.setattr(Runner, "prepare", broken)
        await pilot.press("f5")
        await until(pilot, lambda: "no processes left" in result(app))
        assert not app.module_screen.running


async def test_a_mistake_of_ours_does_not_end_the_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: Runner, memory_mib: int) -> None:
        raise ZeroDivisionError("ours")

    async with numbers(tmp_path) as (_, app, pilot):
        monkeypatch.setattr(Runner, "prepare", broken)
        await pilot.press("f5")
        await until(pilot, lambda: "ours" in result(app))
        assert not app.module_screen.running


async def test_a_check_can_begin_with_the_screen(tmp_path: Path) -> None:
    async with numbers(tmp_path, check_at_once=True) as (_, app, pilot):
        await until(pilot, lambda: "0 of 2 tests passed" in result(app))


async def test_leaving_the_app_ends_a_run(tmp_path: Path) -> None:
    tutor = started_tutor(tmp_path)
    async with opened(tutor, "01_numbers") as (app, pilot):
        await pilot.press("f4", "ctrl+l")
        write(app, "#| export\nwhile True:\n    pass\n")
        await pilot.press("f5")
        await until(pilot, lambda: "running" in words(app, "#run-line"))
    for _ in range(100):
        # The run is told to end as the app goes; its kernel takes a moment.
        if not app.module_screen.running:
            break
        await asyncio.sleep(0.05)
    assert not app.module_screen.running
    assert tutor.progress.of("01_numbers").exercise_runs == 0
    await tutor.close()
