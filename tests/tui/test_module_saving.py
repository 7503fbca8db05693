"""The editor never loses a keystroke, and changes made in other programs come in."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from textual import events

from tests.courses import NUMBERS, reference_cell, wrong_cell
from tests.tui.module_harness import (
    ModuleApp,
    numbers,
    opened,
    result,
    started_tutor,
    until,
    until_idle,
    write,
)
from tinytutor.notebooks.matching import match
from tinytutor.notebooks.student import read_student_notebook, save_cell_source
from tinytutor.tui.screens.dialogs import Choice
from tinytutor.tui.widgets import exercise_pane
from tinytutor.tutor.tutor import Tutor

DOUBLE, HALF = NUMBERS.exercises


def write_outside(tutor: Tutor, exercise_id: str, source: str) -> None:
    """What another editor does: the file changes without the tutor."""
    path = notebook(tutor)
    matching = match(tutor.lesson("01_numbers"), read_student_notebook(path))
    save_cell_source(path, matching.solutions[exercise_id].index, source)


def notebook(tutor: Tutor) -> Path:
    return tutor.workspace.notebook(tutor.course.module("01_numbers"))


def title(app: ModuleApp) -> str:
    return str(app.module_screen.exercise_pane.border_title)


async def test_typing_is_saved_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        disk, save = threading.Event(), tutor.save_source

        def slow(module_id: str, exercise_id: str, source: str) -> None:
            assert disk.wait(20)
            save(module_id, exercise_id, source)

        monkeypatch.setattr(tutor, "save_source", slow)
        await pilot.press("f4", "ctrl+l")
        editor = app.module_screen.exercise_pane.editor
        editor.move_cursor(editor.document.end)
        await pilot.press("enter", *"x = [1]")
        await pilot.pause()
        assert "saving" in title(app)
        assert app.module_screen.exercise_pane.unsaved
        await pilot.press(*"  # [b]")
        disk.set()
        await until(pilot, lambda: not app.module_screen.exercise_pane.unsaved)
        assert tutor.sources("01_numbers")["double"] == editor.text
        assert editor.text.endswith("x = [1]  # [b]")
        await until(pilot, lambda: "saved" in title(app))


@pytest.mark.parametrize("way_out", ["escape", "quit"])
async def test_the_last_key_is_saved_on_the_way_out(tmp_path: Path, way_out: str) -> None:
    tutor = started_tutor(tmp_path)
    async with opened(tutor, "01_numbers") as (app, pilot):
        await pilot.press("f4", "ctrl+l")
        write(app, reference_cell(DOUBLE))
        if way_out == "escape":
            await pilot.press("escape", "escape")
            await until(pilot, lambda: app.screen is not app.module_screen)
    assert tutor.sources("01_numbers")["double"] == reference_cell(DOUBLE)
    await tutor.close()


async def test_at_the_end_of_the_app_neither_text_is_lost(tmp_path: Path) -> None:
    tutor = started_tutor(tmp_path)
    async with opened(tutor, "01_numbers") as (app, pilot):
        await pilot.press("f4", "ctrl+l")
        write_outside(tutor, "double", wrong_cell(DOUBLE))
        write(app, reference_cell(DOUBLE))
    assert tutor.sources("01_numbers")["double"] == reference_cell(DOUBLE)
    copies = list(tutor.workspace.backups.glob("*.ipynb"))
    assert len(copies) == 1
    assert "x * x" in copies[0].read_text("utf-8")
    await tutor.close()


async def test_every_exercise_keeps_its_text_and_its_place(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        editor = app.module_screen.exercise_pane.editor
        await pilot.press("f4", "ctrl+l")
        assert editor.cursor_location == (2, 4), "where the student's code goes"
        write(app, reference_cell(DOUBLE))
        editor.move_cursor((1, 3))
        await pilot.press("f4")
        assert "def half" in editor.text
        await pilot.press("f3")
        assert editor.text == reference_cell(DOUBLE)
        assert editor.cursor_location == (1, 3)


async def test_an_outside_save_is_loaded_and_its_tests_run(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        write_outside(tutor, "half", reference_cell(HALF))
        await until_idle(app, pilot)
        assert app.module_screen.exercise_pane.editor.text == reference_cell(HALF)
        assert "Half as much" in result(app)
        assert "passed" in result(app)


async def test_an_outside_save_runs_nothing_where_the_student_wants_that(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        app.settings = type(app.settings)(run_on_outside_save=False)
        editor = app.module_screen.exercise_pane.editor
        write_outside(tutor, "double", reference_cell(DOUBLE))
        await until(pilot, lambda: editor.text == reference_cell(DOUBLE))
        await pilot.pause(0.2)
        assert not app.module_screen.running


async def test_an_outside_save_is_seen_between_two_slow_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exercise_pane, "LOOK_SECONDS", 600)
    async with numbers(tmp_path) as (tutor, app, pilot):
        editor = app.module_screen.exercise_pane.editor
        write_outside(tutor, "double", reference_cell(DOUBLE))
        await until(pilot, lambda: editor.text == reference_cell(DOUBLE))


@pytest.mark.parametrize("theirs_wins", [False, True])
async def test_when_both_changed_the_student_is_asked(tmp_path: Path, theirs_wins: bool) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        app.settings = type(app.settings)(run_on_outside_save=False)
        await pilot.press("f4", "ctrl+l")
        mine, theirs = wrong_cell(DOUBLE), reference_cell(DOUBLE)
        write_outside(tutor, "double", theirs)
        write(app, mine)
        await until(pilot, lambda: isinstance(app.screen, Choice))
        assert tutor.sources("01_numbers")["double"] == theirs, "nothing is overwritten unasked"
        await pilot.pause(1.5)
        assert isinstance(app.screen, Choice)
        await pilot.press(*(["right", "enter"] if theirs_wins else ["enter"]))
        await until(pilot, lambda: app.screen is app.module_screen)
        pane = app.module_screen.exercise_pane
        await until(pilot, lambda: not pane.unsaved)
        kept = theirs if theirs_wins else mine
        await until(pilot, lambda: tutor.sources("01_numbers")["double"] == kept)
        assert pane.editor.text == kept


async def test_what_others_did_can_be_undone_in_the_editor(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        app.settings = type(app.settings)(run_on_outside_save=False)
        await pilot.press("f4", "ctrl+l")
        editor = app.module_screen.exercise_pane.editor
        before = editor.text
        write_outside(tutor, "double", reference_cell(DOUBLE))
        await until(pilot, lambda: editor.text == reference_cell(DOUBLE))
        await pilot.press("ctrl+z")
        assert editor.text == before
        await until(pilot, lambda: tutor.sources("01_numbers")["double"] == before)


async def test_a_save_that_fails_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        save = tutor.save_source

        def full(*_: str) -> None:
            raise OSError("no space left on device")

        monkeypatch.setattr(tutor, "save_source", full)
        await pilot.press("f4", "ctrl+l")
        write(app, reference_cell(DOUBLE))
        await until(pilot, lambda: "no space left" in result(app))
        assert "not saved" in title(app)
        await pilot.press("f5")
        # The tests would run on other code.
        await until(pilot, lambda: "Not run" in result(app))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.module_screen)
        monkeypatch.setattr(tutor, "save_source", save)
        await until(pilot, lambda: not app.module_screen.exercise_pane.unsaved)
        assert tutor.sources("01_numbers")["double"] == reference_cell(DOUBLE)


async def test_a_notebook_in_the_middle_of_a_save_is_read_when_it_is_whole(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        app.settings = type(app.settings)(run_on_outside_save=False)
        path = notebook(tutor)
        whole = path.read_text("utf-8")
        path.write_text(whole[:200], "utf-8")
        await until(pilot, lambda: path.name in result(app))
        path.write_text(whole.replace("NotImplementedError()", "NotImplementedError('x')"), "utf-8")
        editor = app.module_screen.exercise_pane.editor
        await until(pilot, lambda: "NotImplementedError('x')" in editor.text)


async def test_a_broken_notebook_says_what_to_do_and_is_opened_when_mended(tmp_path: Path) -> None:
    tutor = started_tutor(tmp_path)
    path = notebook(tutor)
    copy = shutil.copy(path, tmp_path / "copy.ipynb")
    path.write_text("{", "utf-8")
    app = ModuleApp(tutor, "01_numbers")
    async with app.run_test(size=(80, 24)) as pilot:
        notice = app.module_screen.query_one("#notice")
        await until(pilot, lambda: path.name in str(notice.render()))
        assert "F5 tries again" in str(notice.render())
        shutil.copy(copy, path)
        await pilot.press("f5")
        await until(pilot, lambda: app.module_screen.state is not None)
        assert not notice.display
    await tutor.close()


async def test_a_module_that_was_not_started_says_so(tmp_path: Path) -> None:
    tutor = started_tutor(tmp_path)
    app = ModuleApp(tutor, "03_pairs")
    async with app.run_test(size=(80, 24)) as pilot:
        notice = app.module_screen.query_one("#notice")
        await until(pilot, lambda: "tinytutor start 03_pairs" in str(notice.render()))
        await pilot.press("f6", "f2", "f4", "ctrl+l", "escape")
        await until(pilot, lambda: app.screen is not app.module_screen)
    await tutor.close()


async def test_keys_keep_their_order_however_fast_they_come(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        await pilot.press("f4", "ctrl+l")
        editor = app.module_screen.exercise_pane.editor
        editor.text = "    tail"
        editor.move_cursor(editor.document.end)
        # All at once, as a terminal behind a slow line sends them.
        for key, character in (
            ("home", None), ("a", "a"), ("b", "b"), ("backspace", "\b"), ("c", "c"),
            ("end", None), ("d", "d"), ("left", None), ("e", "e"),
        ):  # fmt: skip
            app.post_message(events.Key(key, character))
        await until(pilot, lambda: "d" in editor.text.removeprefix("    actail"))
        await pilot.pause()
        assert editor.text == "    actailed"
