"""Quiz, puzzle, experiment and blame on the command line."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome, write_cell
from tests.courses import NUMBERS, add_aids, build_course, wrong_cell
from tinytutor.cli.exit_codes import ExitCode
from tinytutor.curriculum.loader import load_course
from tinytutor.progress.events import PredictionMade, PuzzleTried, QuizAnswered
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import open_workspace

Call = Callable[..., Outcome]


@pytest.fixture
def course_folder(tmp_path: Path) -> Path:
    """A course of this test's own, with a puzzle and an experiment that is asked about."""
    return add_aids(build_course(tmp_path / "own course"))


def recorded(workspace: Path, course_folder: Path) -> list[object]:
    tutor = Tutor(open_workspace(workspace, load_course(course_folder)))
    events = [event.what for event in tutor.events()]
    tutor.store.close()
    return events


def test_a_quiz_is_answered_by_numbers(
    call: Call, workspace: Path, course_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("7\nx\n2\n"))
    outcome = call("quiz", "01")
    assert outcome.code == 0
    assert "What is twice two?" in outcome.stdout
    assert "Right. Two and two are four." in outcome.stdout
    assert "1 of 1 right" in outcome.stdout
    answers = [e for e in recorded(workspace, course_folder) if isinstance(e, QuizAnswered)]
    assert [(a.choice, a.correct) for a in answers] == [(2, True)]


def test_a_wrong_answer_gets_the_right_one(
    call: Call, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n"))
    assert "Not so. 4: Two and two are four." in call("quiz", "01").stdout


def test_no_question_is_due_at_first(call: Call, workspace: Path) -> None:
    assert "No question is due" in call("quiz").stdout


def test_a_puzzle_is_shown_and_judged(call: Call, workspace: Path, course_folder: Path) -> None:
    shown = call("puzzle", "01", "double").stdout
    numbers = {line.split()[1]: line.split()[0] for line in shown.splitlines()}
    right = call("puzzle", "01", "double", numbers["first"], numbers["second"])
    assert right.code == 0
    assert "That is the order" in right.stdout
    wrong = call("puzzle", "01", "double", numbers["first"], numbers["never"])
    assert wrong.code == ExitCode.TESTS_FAILED
    assert "never  <- not this one here" in wrong.stdout
    assert call("puzzle", "01", "double", "9").code == ExitCode.USAGE
    assert "has no puzzle" in call("puzzle", "01", "half").stdout
    tries = [e.correct for e in recorded(workspace, course_folder) if isinstance(e, PuzzleTried)]
    assert tries == [True, False]


def test_an_experiment_is_predicted_and_run(
    call: Call, workspace: Path, course_folder: Path
) -> None:
    call("start", "01")
    listed = call("experiment", "01").stdout
    assert "Predict first. How long?" in listed
    outcome = call("experiment", "01", "1", "-m", "not long")
    assert "You predicted: not long" in outcome.stdout
    assert "[a picture]" in outcome.stdout
    assert "Numbers: measured" in outcome.stdout
    assert call("experiment", "01", "2").code == ExitCode.USAGE
    kept = [e for e in recorded(workspace, course_folder) if isinstance(e, PredictionMade)]
    assert [event.text for event in kept] == ["not long"]


def test_blame_names_the_module(call: Call, workspace: Path) -> None:
    call("start", "01")
    double = NUMBERS.exercises[0]
    write_cell(workspace / "01_numbers.ipynb", double, wrong_cell(double))
    found = call("blame", "01", "double", "--json").json
    assert found["passes"] is False
    assert found["blamed"] == ["01_numbers"]
    assert "by the code of this module" in call("blame", "01", "double").stdout
