"""What helps to learn and to type: predictions, puzzles, blame, pictures, completion, search."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList

from tests.courses import NUMBERS, reference_cell, wrong_cell
from tests.tui.conftest import RunApp, shown
from tests.tui.module_harness import drawn, numbers, result, until, until_idle, words, write
from tinytutor.progress.events import PredictionMade, PuzzleTried
from tinytutor.tui import pairing
from tinytutor.tui.pairing import Typing
from tinytutor.tui.screens.card import CardDialog
from tinytutor.tui.screens.puzzle import PuzzleDialog
from tinytutor.tui.widgets.lesson_blocks import ExperimentBlock, OutputView, PredictionBlock
from tinytutor.tui.widgets.lesson_pane import LessonPane
from tinytutor.tui.widgets.pictures import Way, picture, way_of
from tinytutor.tutor.puzzles import Puzzle

DOUBLE, HALF = NUMBERS.exercises


async def to_experiment(app: object, pilot: object) -> None:
    screen = app.module_screen  # type: ignore[attr-defined]
    for _ in range(3):
        screen.action_section("next")
        await pilot.pause()  # type: ignore[attr-defined]
    await until(pilot, lambda: bool(screen.query(PredictionBlock)))  # type: ignore[arg-type]


async def test_an_experiment_waits_for_a_prediction(tmp_path: Path) -> None:
    async with numbers(tmp_path, aids=True) as (tutor, app, pilot):
        screen = app.module_screen
        await to_experiment(app, pilot)
        assert not screen.query(ExperimentBlock), "the table would give the answer away"
        await pilot.press("x")
        await pilot.pause()
        assert isinstance(screen.focused, Input), "x asks first"
        assert not screen.running
        await pilot.press(*"long", "enter")
        await until(pilot, lambda: bool(screen.query(ExperimentBlock)))
        assert "You predicted  long" in drawn(app)
        await pilot.press("x")
        await until_idle(app, pilot)
        assert "Numbers: measured" in words(app, "ExperimentBlock .output Static")
        assert screen.query(".picture"), "the picture stands above what was printed"
        kept = [e.what for e in tutor.events() if isinstance(e.what, PredictionMade)]
        assert [event.text for event in kept] == ["long"]
        screen.action_section("previous")
        await until(pilot, lambda: not screen.query(ExperimentBlock))
        screen.action_section("next")
        await until(pilot, lambda: bool(screen.query(ExperimentBlock)))


async def test_an_empty_line_goes_on_without_a_prediction(tmp_path: Path) -> None:
    async with numbers(tmp_path, aids=True) as (tutor, app, pilot):
        await to_experiment(app, pilot)
        await pilot.press("x", "escape")
        assert app.module_screen.focused is app.module_screen.query_one(LessonPane)
        await pilot.press("x", "enter")
        await until(pilot, lambda: bool(app.module_screen.query(ExperimentBlock)))
        assert not any(isinstance(e.what, PredictionMade) for e in tutor.events())


async def test_given_code_shows_what_it_printed(tmp_path: Path) -> None:
    async with numbers(tmp_path, aids=True) as (_, app, pilot):
        await pilot.press("f5")
        await until_idle(app, pilot)
        shown = [v for v in app.module_screen.query(OutputView) if v.display]
        assert "given code speaks" in str(shown[0].query_one("Static").content)  # type: ignore[attr-defined]


async def test_a_puzzle_is_solved_by_keys_and_kept(tmp_path: Path) -> None:
    async with numbers(tmp_path, aids=True) as (tutor, app, pilot):
        for count in (1, 2):
            # An attempt is another piece of code: the same one is answered from the record.
            write(app, f"{wrong_cell(DOUBLE)}  # {count}")
            await pilot.press("f5")
            await until_idle(app, pilot)
            assert ("F10" in result(app)) is (count == 2), "offered after two failures"
        await pilot.press("f10")
        await pilot.pause()
        dialog = app.screen
        assert isinstance(dialog, PuzzleDialog)
        for line in ("never", "first"):
            await take(pilot, dialog, line)
        assert dialog._wrong == 0
        await pilot.press("backspace", "backspace")
        for line in ("first", "second"):
            await take(pilot, dialog, line)
        assert dialog._solved
        await pilot.press("escape")
        tries = [e.what.correct for e in tutor.events() if isinstance(e.what, PuzzleTried)]
        assert tries == [False, True]


async def take(pilot: object, dialog: PuzzleDialog, line: str) -> None:
    dialog.query_one(OptionList).highlighted = dialog._left.index(line)
    await pilot.press("enter")  # type: ignore[attr-defined]
    await pilot.pause()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("started")
async def test_a_long_puzzle_leaves_its_keys_in_sight(run_app: RunApp) -> None:
    puzzle = Puzzle("long", tuple(f"line_{n} = {n}" for n in range(14)), ("wrong = 0",))
    async with run_app(size=(80, 24)) as pilot:
        pilot.app.push_screen(PuzzleDialog("Long", puzzle, puzzle.first_wrong))
        await pilot.pause()
        await pilot.press(*["enter"] * 9)
        await pilot.pause()
        assert "Esc closes" in shown(pilot)
        assert "9 of 14 lines" in shown(pilot)
        last = puzzle.pieces[8]
        assert f"9  {last}" in shown(pilot), "the line put down last is seen"


async def test_blame_says_where_the_cause_is(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        write(app, wrong_cell(DOUBLE))
        await pilot.press("f12")
        await until(pilot, lambda: "The cause is in this module" in result(app))
        write(app, reference_cell(DOUBLE))
        await pilot.press("f12")
        await until(pilot, lambda: "nothing to blame" in result(app))


async def test_all_tests_are_listed_with_their_times_after_a_check(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        write(app, reference_cell(DOUBLE))
        await pilot.press("f6")
        await until_idle(app, pilot)
        rows = {
            exercise.title: row
            for exercise in NUMBERS.exercises
            for row in result(app).splitlines()
            if exercise.title in row and row[2:4].strip().isdigit()
        }
        assert "passed" in rows[DOUBLE.title]
        assert rows[DOUBLE.title].rstrip().endswith(" s")
        assert "not written yet" in rows[HALF.title]


async def test_a_traceback_is_folded_until_it_is_asked_for(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        write(
            app, "#| export\ndef double(x):\n    return inner(x)\n\ndef inner(x):\n    return 1 / 0"
        )
        await pilot.press("f5")
        await until_idle(app, pilot)
        assert "ZeroDivisionError" in result(app)
        assert "more lines of the traceback" in result(app)
        assert "inner" not in result(app).partition("your line")[2].splitlines()[-1]
        await pilot.press("alt+t")
        await pilot.pause()
        assert "double:3" in result(app)
        assert "more lines" not in result(app)


async def test_the_reference_card_and_the_code_of_the_lesson(tmp_path: Path) -> None:
    async with numbers(tmp_path, aids=True) as (_, app, pilot):
        await pilot.press("r")
        await pilot.pause()
        assert isinstance(app.screen, CardDialog)
        assert "is twice" in drawn_top(app)
        await pilot.press("escape", "y")
        await pilot.pause()
        assert app.clipboard.startswith("numbers ──▶ library")


def drawn_top(app: object) -> str:
    strips = app.screen._compositor.render_strips()  # type: ignore[attr-defined]
    return "\n".join(strip.text for strip in strips)


async def test_names_are_completed_from_lesson_and_own_code(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        screen, editor = app.module_screen, app.module_screen.exercise_pane.editor
        write(app, "def double(x):\n    return mat")
        screen.go_to("exercise")
        editor.move_cursor(editor.document.end)
        await pilot.press("ctrl+space")
        await until(pilot, lambda: editor.text.endswith("math"))
        await pilot.press(".", *"sq", "ctrl+space")
        await until(pilot, lambda: editor.text.endswith("math.sqrt"))
        await pilot.press("f11")
        await until(pilot, lambda: isinstance(app.screen, CardDialog))
        assert "square root" in drawn_top(app)
        await pilot.press("escape")
        write(app, "def double(x):\n    return math.co")
        editor.move_cursor(editor.document.end)
        await pilot.press("ctrl+space")
        await until(pilot, lambda: editor.completions is not None and editor.completions.is_open)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert editor.text.endswith(("math.cos", "math.copysign", "math.cosh", "math.comb"))
        write(app, "def double(x):\n    return math.co")
        editor.move_cursor(editor.document.end)
        await pilot.press("ctrl+space")
        await until(pilot, lambda: editor.completions is not None and editor.completions.is_open)
        await pilot.press("escape")
        await pilot.pause()
        assert screen.pane == "exercise", "Esc closes the list, not the editor"


async def test_text_is_found_and_brackets_close(tmp_path: Path) -> None:
    async with numbers(tmp_path) as (_, app, pilot):
        screen, editor = app.module_screen, app.module_screen.exercise_pane.editor
        write(app, "one two\none three\n")
        screen.go_to("exercise")
        editor.move_cursor((0, 0))
        await pilot.press("ctrl+f", *"ONE", "enter")
        assert editor.selection.start == (1, 0)
        await pilot.press("enter")
        assert editor.selection.start == (0, 0), "round again"
        await pilot.press("escape")
        assert screen.focused is editor
        editor.move_cursor((2, 0))
        await pilot.press(*"f([1", "right_square_bracket", "right_parenthesis")
        assert editor.document.get_line(2) == "f([1])"
        await pilot.press(*"(", "backspace")
        assert editor.document.get_line(2) == "f([1])"
        editor.select_line(2)
        await pilot.press("left_parenthesis")
        assert editor.document.get_line(2) == "(f([1]))"


@pytest.mark.parametrize(
    ("char", "before", "after", "what"),
    [
        ("(", "f", "", Typing.PAIR),
        ("(", "f", "x", Typing.PLAIN),
        (")", "f(", ")", Typing.STEP),
        (")", "f((", ")", Typing.PLAIN),
        ("'", "don", "", Typing.PLAIN),
        ("'", "x = ", "", Typing.PAIR),
        ('"', 'x = "a', '"', Typing.STEP),
        ('"', '""', "", Typing.PLAIN),
        ("a", "", "", Typing.PLAIN),
    ],
)
def test_what_a_bracket_does(char: str, before: str, after: str, what: Typing) -> None:
    assert pairing.typing(char, before, after) is what


@pytest.mark.parametrize(
    ("environ", "way"),
    [
        ({"TERM": "xterm-kitty"}, Way.KITTY),
        ({"TERM_PROGRAM": "WezTerm"}, Way.SIXEL),
        ({"TERM": "foot"}, Way.SIXEL),
        ({"TERM": "xterm-256color"}, Way.BLOCKS),
        ({"TERM": "xterm-kitty", "TMUX": "1"}, Way.BLOCKS),
        ({"TERM": "xterm-kitty", "TEXTUAL_DRIVER": "web"}, Way.BLOCKS),
        ({"TERM": "xterm-kitty", "TINYTUTOR_PICTURES": "off"}, Way.NOTICE),
        ({"TINYTUTOR_ASCII": "1"}, Way.NOTICE),
    ],
)
def test_the_best_way_for_a_picture(environ: dict[str, str], way: Way) -> None:
    assert way_of({"TINYTUTOR_ASCII": "0", **environ}) is way


def test_what_is_no_picture_is_told_in_words() -> None:
    for data in ("", "aGVsbG8=", "not base64 at all", "iVBORw0KGgo="):
        widget = picture(data, {"TINYTUTOR_ASCII": "0"})
        assert not widget.has_class("picture")
