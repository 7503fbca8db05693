"""Hints, the reference, reset and undo, and the way around in a module."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList

from tests.courses import NUMBERS, reference_cell, wrong_cell
from tests.tui.module_harness import ModuleApp, numbers, opened, result, until, until_idle, write
from tinytutor.progress.events import ModuleReset, SolutionShown
from tinytutor.tui.module_state import ModuleState
from tinytutor.tui.screens.dialogs import Choice
from tinytutor.tui.screens.outline import OutlineDialog
from tinytutor.tui.screens.solution import SolutionScreen
from tinytutor.tui.widgets.editor import CodeEditor
from tinytutor.tui.widgets.lesson_blocks import ExercisePointer
from tinytutor.tutor.tutor import Tutor

DOUBLE, HALF = NUMBERS.exercises


def state_of(app: ModuleApp) -> ModuleState:
    assert app.module_screen.state is not None
    return app.module_screen.state


async def focused_editor(app: ModuleApp, pilot: Pilot[None]) -> CodeEditor:
    await pilot.press("f4", "ctrl+l")
    editor = app.module_screen.exercise_pane.editor
    await until(pilot, lambda: editor.has_focus)
    return editor


# Help


async def test_hints_come_step_by_step_and_are_recorded(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        await focused_editor(app, pilot)
        await pilot.press("f2")
        assert "What does double ask for?" in result(app)
        assert "Nearly the code" not in result(app)
        await pilot.press("ctrl+t", "f2", "f2", "f2")
        said = result(app)
        assert said.count("What does double ask for?") == 1
        assert "Last hint" in said
        assert "return 3 * x" in said
        assert tutor.hints_shown("01_numbers", "double") == 4
        await pilot.press("f4")
        assert "Hint" not in result(app), "the other exercise has its own"


async def test_hints_of_an_earlier_day_are_seen_again(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        tutor.next_hint("01_numbers", "double")
        await focused_editor(app, pilot)
        await pilot.press("f2")
        assert "What does double ask for?" in result(app)
        assert "Look at the heading" in result(app)


async def test_an_author_s_missing_hints_are_told(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        (tutor.course.module("01_numbers").folder / "hints.yaml").unlink()
        await pilot.press("f2")
        await until(pilot, lambda: "no hints for" in result(app))


@pytest.mark.parametrize("wanted", [False, True])
async def test_before_a_pass_the_reference_is_asked_for(tmp_path: Path, wanted: bool) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        await focused_editor(app, pilot)
        write(app, wrong_cell(DOUBLE))
        await pilot.press("f7")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        await pilot.press(*(["right", "enter"] if wanted else ["enter"]))
        await until(pilot, lambda: not isinstance(app.screen, Choice))
        await pilot.pause()
        seen = [event for event in tutor.events() if isinstance(event.what, SolutionShown)]
        assert len(seen) == wanted
        assert isinstance(app.screen, SolutionScreen) is wanted
        if wanted:
            own, reference = app.screen.query(CodeEditor).results(CodeEditor)
            assert own.text == wrong_cell(DOUBLE)
            assert "return 2 * x" in reference.text
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is app.module_screen)


async def test_after_a_pass_the_reference_is_shown_at_once(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        await focused_editor(app, pilot)
        write(app, reference_cell(DOUBLE))
        await pilot.press("f5")
        await until_idle(app, pilot)
        await pilot.press("f7")
        await until(pilot, lambda: isinstance(app.screen, SolutionScreen))


async def test_a_reset_puts_the_starter_back_and_can_be_undone(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        editor = await focused_editor(app, pilot)
        starter = editor.text
        write(app, wrong_cell(DOUBLE))
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.module_screen)
        assert editor.text == wrong_cell(DOUBLE), "the safe answer is the first"
        await pilot.press("f9")
        await until(pilot, lambda: isinstance(app.screen, Choice))
        await pilot.press("right", "enter")
        await until(pilot, lambda: editor.text == starter)
        assert tutor.sources("01_numbers")["double"] == starter
        assert any(isinstance(event.what, ModuleReset) for event in tutor.events())
        await app.module_screen.run_action("undo_reset")
        await until(pilot, lambda: editor.text == wrong_cell(DOUBLE))
        assert tutor.sources("01_numbers")["double"] == wrong_cell(DOUBLE)


async def test_nothing_to_undo_says_so(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        await app.module_screen.run_action("undo_reset")
        await until(pilot, lambda: any("no reset" in n.message for n in app._notifications))


# The way around


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 48)])
async def test_the_pane_at_hand_is_seen(tmp_path: Path, size: tuple[int, int]) -> None:
    async with numbers(tmp_path, size=size) as (_, app, pilot):
        screen = app.module_screen
        for pane in ("lesson", "exercise", "tests", "lesson"):
            assert screen.pane == pane
            region = screen.query_one(f"#{pane}").region
            assert region.width >= 34
            assert region.height >= 6
            if size[0] == 80:
                assert screen.query_one("#lesson").region.width == (80 if pane == "lesson" else 0)
            await pilot.press("ctrl+l")
            await pilot.pause()


async def test_a_click_on_a_tab_gives_the_room(tmp_path: Path) -> None:
    async with numbers(tmp_path, size=(80, 24)) as (_, app, pilot):
        await pilot.click("#pane-tabs", offset=(10, 0))
        await pilot.pause()
        assert app.module_screen.pane == "exercise"
        await pilot.click("#strip", offset=(6, 0))
        await pilot.pause()
        assert state_of(app).exercise_id == "half"


async def test_a_click_on_the_pointer_goes_to_the_editor(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        await pilot.press("f4")
        await until(pilot, lambda: bool(app.module_screen.query(ExercisePointer)))
        await pilot.click(ExercisePointer)
        await until(pilot, lambda: app.module_screen.exercise_pane.editor.has_focus)


async def test_letters_walk_in_the_lesson_and_are_text_in_the_editor(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        await pilot.press("n")
        assert state_of(app).section.exercise_id == "double"
        await pilot.press("n", "p", "]", "[")
        assert state_of(app).section.exercise_id == "double"
        await pilot.press("ctrl+l")
        editor = app.module_screen.exercise_pane.editor
        await until(pilot, lambda: editor.has_focus)
        await pilot.press("n", "p", "x", "q", "?", "1", "space")
        assert "npxq?1 " in editor.text
        assert state_of(app).section.exercise_id == "double"
        await pilot.press("ctrl+down")
        assert state_of(app).section.exercise_id == "half"


async def test_space_reads_on_into_the_next_section(tmp_path: Path) -> None:
    async with numbers(tmp_path, size=(160, 48)) as (_, app, pilot):
        await pilot.press("space")
        await pilot.pause()
        assert state_of(app).section_index == 1


async def test_the_outline_jumps(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, OutlineDialog))
        titles = app.screen.query_one(OptionList)
        assert titles.option_count == 5
        await pilot.press("j", "down", "enter")
        await until(pilot, lambda: app.screen is app.module_screen)
        assert state_of(app).section.exercise_id == "half"
        await pilot.press("ctrl+o", "escape")
        await pilot.pause()
        assert state_of(app).section.exercise_id == "half"


async def test_escape_leaves_the_editor_first_and_then_the_module(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        await focused_editor(app, pilot)
        await pilot.press("escape")
        await until(pilot, lambda: app.module_screen.pane == "lesson")
        assert app.screen is app.module_screen
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not app.module_screen)


async def test_a_confusion_report_knows_its_place(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        screen = app.module_screen
        assert screen.module_id == "01_numbers"
        assert screen.confusion_place == ("01 Numbers", "01 Numbers")
        await pilot.press("n")
        assert screen.confusion_place == ("double", "Twice as much")
        screen.change(lambda state: state.to_section(99))
        assert screen.confusion_place[0] == "Summary and what comes next"
        await pilot.press("ctrl+l")
        await pilot.pause()
        assert screen.confusion_place == ("double", "Twice as much")


async def test_a_later_day_goes_on_where_the_work_is(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (tutor, app, pilot):
        await focused_editor(app, pilot)
        write(app, reference_cell(DOUBLE))
        await pilot.press("f5")
        await until_idle(app, pilot)
    tutor = Tutor(tutor.workspace)
    async with opened(tutor, "01_numbers") as (app, _):
        assert state_of(app).exercise_id == "half"
        assert state_of(app).status(state_of(app).lesson.exercises[0]) == "passed"
    await tutor.close()


# Typing


async def test_the_editor_indents_as_python_needs_it(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        editor = await focused_editor(app, pilot)
        write(app, "def f(x):")
        editor.move_cursor(editor.document.end)
        await pilot.press("enter", *"if x:", "enter", *"return 1", "enter", *"return 2")
        assert editor.text == "def f(x):\n    if x:\n        return 1\n    return 2"
        await pilot.press("enter", "tab", "tab", "backspace")
        assert editor.text.endswith("\n    ")


async def test_lines_are_shifted_and_commented_together(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        editor = await focused_editor(app, pilot)
        write(app, "a = 1\nb = 2")
        editor.select_all()
        await pilot.press("tab")
        assert editor.text == "    a = 1\n    b = 2"
        await pilot.press("shift+tab")
        assert editor.text == "a = 1\nb = 2"
        await pilot.press("ctrl+underscore")
        assert editor.text == "# a = 1\n# b = 2"
        await pilot.press("ctrl+underscore")
        assert editor.text == "a = 1\nb = 2"
        await pilot.press("ctrl+z", "ctrl+z", "ctrl+z")
        assert editor.text == "    a = 1\n    b = 2"


async def test_long_lines_fold_where_the_student_wants_that(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        editor = app.module_screen.exercise_pane.editor
        assert not editor.soft_wrap
        app.settings = type(app.settings)(soft_wrap=True)
        await pilot.press("ctrl+o", "escape")
        await until(pilot, lambda: editor.soft_wrap)
