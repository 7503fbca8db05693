"""Predictions, questions that come back, and puzzles: what is asked when, and what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.courses import NUMBERS, reference_cell, wrong_cell
from tests.progress.samples import EPOCH, course_of, module_id, numbered, utc
from tinytutor.curriculum.loader import bundled_course_folder, load_course
from tinytutor.progress.events import (
    Event,
    HintShown,
    ModulePassed,
    PredictionMade,
    PuzzleTried,
    QuizAnswered,
)
from tinytutor.tutor.puzzles import Puzzle, read_puzzle
from tinytutor.tutor.quiz import Question, QuizError, choose, due_modules, read_questions, sittings
from tinytutor.tutor.tutor import Tutor

DAY = 86_400.0


def passing(number: int, day: float) -> Event:
    what = ModulePassed("a", "h", f"m{number}", "")
    return Event(what, module_id=module_id(number), at=utc(day * DAY))


def at(day: float) -> float:
    return EPOCH + day * DAY


def asked(module: str, number: int) -> Question:
    return Question(f"{module}-{number}", module, "?", ("a", "b"), 1, "because")


def test_a_long_pause_begins_another_sitting() -> None:
    seconds = (0, 60, 3_000, 3_000 + 3_601, 3_000 + 3_700)
    events = [Event(HintShown(1), at=utc(s)) for s in seconds]
    assert sittings(events) == [0, 0, 0, 1, 1]


def test_modules_of_one_three_and_seven_sittings_ago_are_asked_about() -> None:
    events = numbered(*(passing(number, number) for number in range(1, 11)))
    found = due_modules(course_of(), events, at(11))
    assert found == (module_id(10), module_id(8), module_id(4))


def test_nothing_is_asked_about_what_passed_in_this_sitting_or_twice_in_one() -> None:
    course = course_of()
    fresh = numbered(passing(1, 0))
    assert due_modules(course, fresh, at(0) + 60) == ()
    assert due_modules(course, [], at(0)) == ()
    assert set(due_modules(course, fresh, at(1))) == {module_id(1)}
    answer = Event(QuizAnswered("q", 1, True), module_id=module_id(1), at=utc(DAY))
    assert due_modules(course, numbered(*fresh, answer), at(1) + 60) == ()
    assert due_modules(course, numbered(*fresh, answer), at(2)) != ()


def test_a_module_that_the_course_no_longer_has_is_not_asked_about() -> None:
    gone = Event(ModulePassed("a", "h", "x", ""), module_id="77_gone", at=utc(0))
    assert due_modules(course_of(), numbered(gone), at(1)) == ()


def test_new_questions_come_first_then_those_answered_wrongly() -> None:
    questions = {"m": [asked("m", n) for n in range(3)]}
    order = []
    events: list[Event] = []
    for correct in (False, True, True, True):
        (question,) = choose(["m"], questions, events)
        order.append(question.id)
        events.append(Event(QuizAnswered(question.id, 1, correct)))
    assert order == ["m-0", "m-1", "m-2", "m-0"]
    three = choose(["m", "m", "m", "m"], questions, [])
    assert len(set(three)) == 3, "no question twice in a session"


def test_a_question_with_an_impossible_answer_is_refused(tmp_path: Path) -> None:
    module = course_of().modules[0]
    folder = tmp_path / module.id
    folder.mkdir()
    object.__setattr__(module, "folder", folder)
    assert read_questions(module) == ()
    (folder / "quiz.yaml").write_text(
        "- {question: q, choices: [a, b], answer: 3, because: x}", "utf-8"
    )
    with pytest.raises(QuizError, match=r"quiz\.yaml"):
        read_questions(module)


COURSE = load_course(bundled_course_folder())


@pytest.mark.parametrize("module", COURSE.modules, ids=lambda module: module.id)
def test_every_module_of_the_course_has_questions(module: object) -> None:
    questions = read_questions(module)  # type: ignore[arg-type]
    assert 4 <= len(questions) <= 8
    assert len({question.id for question in questions}) == len(questions)


@pytest.mark.parametrize("module", COURSE.modules, ids=lambda module: module.id)
def test_every_puzzle_of_the_course_can_be_solved_in_one_way(module: object) -> None:
    import yaml

    entries = yaml.safe_load((module.folder / "hints.yaml").read_text("utf-8"))  # type: ignore[attr-defined]
    for exercise_id in entries:
        puzzle = read_puzzle(module, exercise_id)  # type: ignore[arg-type]
        if puzzle is not None:
            assert puzzle.first_wrong(puzzle.solution) is None
            assert not set(puzzle.solution) & set(puzzle.distractors)
            assert sorted(puzzle.pieces) == sorted((*puzzle.solution, *puzzle.distractors))


def test_a_puzzle_tells_the_first_wrong_line() -> None:
    puzzle = Puzzle("x", ("a", "b", "c"), ("d",))
    assert puzzle.first_wrong(("a", "c", "b")) == 1
    assert puzzle.first_wrong(("a",)) == 1
    assert puzzle.first_wrong(("a", "b", "c", "d")) == 3
    assert puzzle.first_wrong(("a", "b", "c")) is None
    assert puzzle.pieces[:3] != puzzle.solution
    assert puzzle.pieces == Puzzle("x", ("a", "b", "c"), ("d",)).pieces


async def test_what_is_answered_is_kept(tutor: Tutor) -> None:
    (question,) = tutor.practice.questions("01_numbers")
    assert not tutor.practice.answer(question, 1)
    assert tutor.practice.answer(question, 2)
    tutor.practice.predict("01_numbers", "cell", "twice as long")
    assert tutor.practice.predictions("01_numbers") == {"cell": "twice as long"}
    puzzle = Puzzle("double", ("a", "b"), ())
    assert tutor.practice.try_puzzle("01_numbers", puzzle, ("b", "a")) == 0
    kinds = [type(event.what) for event in tutor.events()[-4:]]
    assert kinds == [QuizAnswered, QuizAnswered, PredictionMade, PuzzleTried]


async def test_a_puzzle_is_offered_after_two_failures_and_not_after_a_pass(tutor: Tutor) -> None:
    double = NUMBERS.exercises[0]
    hints = tutor.course.module("01_numbers").folder / "hints.yaml"
    with hints.open("a", encoding="utf-8") as file:
        file.write("\n")
    text = hints.read_text("utf-8").replace(
        "double:\n", "double:\n  parsons:\n    lines: [a, b]\n", 1
    )
    hints.write_text(text, "utf-8")
    tutor.start("01_numbers")
    for number, expected in enumerate((False, False, True)):
        assert tutor.practice.offers_puzzle("01_numbers", double.id) is expected
        if not expected:
            tutor.save_source("01_numbers", double.id, f"{wrong_cell(double)}  # {number}")
            await tutor.runs.try_exercise("01_numbers", double.id)
    assert not tutor.practice.offers_puzzle("01_numbers", "half")
    tutor.save_source("01_numbers", double.id, reference_cell(double))
    await tutor.runs.try_exercise("01_numbers", double.id)
    assert not tutor.practice.offers_puzzle("01_numbers", double.id)
