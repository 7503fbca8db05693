"""What a person at a terminal sees and can press."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome, write_cell
from tests.courses import NUMBERS, reference_cell

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are POSIX", allow_module_level=True)

from tests.cli.terminals import Terminal

Call = Callable[..., Outcome]
DOUBLE, HALF = NUMBERS.exercises


@pytest.fixture
def notebook(call: Call, workspace: Path) -> Path:
    return Path(call("start", "1", "--json").json["notebook"])


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
)
def test_colour_at_a_terminal(workspace: Path, environment: dict[str, str], coloured: bool) -> None:
    with Terminal("map", "--list", environment=environment) as terminal:
        assert terminal.end() == 0
        assert "Numbers" in terminal.seen
        assert ("\x1b[" in terminal.seen) is coloured


def test_a_check_shows_its_progress(notebook: Path) -> None:
    with Terminal("check", environment={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for("running ")
        assert terminal.end() == 1
        assert "0 of 2 tests passed" in terminal.seen


def test_a_question_takes_yes_from_the_keyboard(notebook: Path) -> None:
    write_cell(notebook, DOUBLE, reference_cell(DOUBLE))
    with Terminal("reset", "1") as terminal:
        terminal.wait_for("[y/N]")
        terminal.type("n\n")
        assert terminal.end() == 130
    assert "2 * x" in notebook.read_text("utf-8")
    with Terminal("reset", "1") as terminal:
        terminal.wait_for("[y/N]")
        terminal.type("y\n")
        assert terminal.end() == 0
    assert "2 * x" not in notebook.read_text("utf-8")


@pytest.mark.parametrize("options", [[], ["--poll"]])
def test_watch_follows_saves_of_code(notebook: Path, options: list[str]) -> None:
    with Terminal("watch", "1", *options, environment={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for("0 of 2 tests passed")
        terminal.wait_for("q quit")
        text = notebook.read_text("utf-8")
        notebook.write_text(text.replace("Write `half`", "Write  `half`"), "utf-8")
        write_cell(notebook, DOUBLE, reference_cell(DOUBLE))
        terminal.wait_for("1 of 2 tests passed")
        terminal.wait_for("q quit")
        terminal.type("h")
        terminal.wait_for("half: hint 1 of")
        write_cell(notebook, HALF, reference_cell(HALF))
        terminal.wait_for("Numbers passed")
        terminal.wait_for("q quit")
        terminal.type("r")
        terminal.wait_for("Numbers passed")
        terminal.type("q")
        assert terminal.end() == 0
        assert "Stopped watching." in terminal.seen


def test_watch_ignores_saves_without_new_code(notebook: Path, call: Call) -> None:
    with Terminal("watch", environment={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for("q quit")
        text = notebook.read_text("utf-8")
        notebook.write_text(text.replace("Write `half`", "Write  `half`"), "utf-8")
        checkpoints = notebook.parent / ".ipynb_checkpoints"
        checkpoints.mkdir()
        (checkpoints / notebook.name).write_text(text, "utf-8")
        with pytest.raises(AssertionError, match="never came"):
            terminal.wait_for("tests passed", seconds=2)
        terminal.type("\x03")
        assert terminal.end() == 0
    assert call("map", "--json").json["modules"][0]["attempts"] == 1


def test_watch_cancels_a_run_and_goes_on(notebook: Path, call: Call) -> None:
    write_cell(notebook, DOUBLE, "def double(x):\n    while True: pass")
    with Terminal("watch", environment={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for("running test_double")
        terminal.type("c")
        terminal.wait_for("nothing was recorded")
        notebook.write_text("{", "utf-8")
        terminal.wait_for("not JSON")
        assert call("reset", "1", "--yes").code == 0
        terminal.wait_for("0 of 2 tests passed")
        terminal.type("\x03")
        assert terminal.end() == 0
