"""Learning aids beside the tests: predictions, questions that come back, lines to put in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import time

from tinytutor.curriculum import Course
from tinytutor.progress.events import (
    AttemptFinished,
    Event,
    PredictionMade,
    PuzzleTried,
    QuizAnswered,
)
from tinytutor.progress.outcomes import TestStatus
from tinytutor.tutor.lessons import Lessons
from tinytutor.tutor.predictions import Prompt, made, prompts
from tinytutor.tutor.puzzles import FAILURES, Puzzle, read_puzzle
from tinytutor.tutor.quiz import Question, choose, due_modules, read_questions


class Practice:
    """One student's practice. What is answered is recorded; nothing of it locks anything."""

    def __init__(
        self,
        course: Course,
        lessons: Lessons,
        events: Callable[[], Sequence[Event]],
        record: Callable[..., None],
    ):
        self._course = course
        self._lessons = lessons
        self._events = events
        self._record = record

    # Predictions

    def prompts(self, module_id: str) -> tuple[Prompt, ...]:
        """The questions that stand before the experiments of a module."""
        return prompts(self._lessons.lesson(module_id))

    def predictions(self, module_id: str) -> Mapping[str, str]:
        """Cell id of the question → what the student said last."""
        return made(self._events(), module_id)

    def predict(self, module_id: str, cell_id: str, text: str) -> None:
        """Keeps a prediction."""
        self._record(PredictionMade(cell_id, text), module_id)

    # Questions

    def due_questions(self) -> tuple[Question, ...]:
        """Up to three questions for the start of this session. Raises QuizError."""
        events = self._events()
        modules = due_modules(self._course, events, time())
        known = {m: read_questions(self._course.module(m)) for m in modules}
        return choose(modules, known, events)

    def questions(self, module_id: str) -> tuple[Question, ...]:
        """All questions of a module, for whoever wants more. Raises QuizError."""
        return read_questions(self._course.module(module_id))

    def answer(self, question: Question, choice: int) -> bool:
        """Keeps an answer (the number of a choice, from 1); whether it is right."""
        correct = choice == question.answer
        self._record(QuizAnswered(question.id, choice, correct), question.module_id)
        return correct

    # Puzzles

    def puzzle(self, module_id: str, exercise_id: str) -> Puzzle | None:
        """The Parsons problem of an exercise, None where it has none. Raises PuzzleError."""
        return read_puzzle(self._course.module(module_id), exercise_id)

    def offers_puzzle(self, module_id: str, exercise_id: str) -> bool:
        """Whether the exercise has a puzzle and has failed twice since it last passed."""
        failures = 0
        for event in self._events():
            if event.module_id != module_id or not isinstance(event.what, AttemptFinished):
                continue
            for outcome in event.what.tests:
                if outcome.exercise_id != exercise_id:
                    continue
                if outcome.status is TestStatus.PASSED:
                    failures = 0
                elif outcome.status is not TestStatus.NOT_REACHED:
                    failures += 1
        return failures >= FAILURES and self.puzzle(module_id, exercise_id) is not None

    def try_puzzle(self, module_id: str, puzzle: Puzzle, order: Sequence[str]) -> int | None:
        """Keeps a try; index of the first wrong line, None where the order is right."""
        wrong = puzzle.first_wrong(order)
        self._record(PuzzleTried(wrong is None), module_id, puzzle.exercise_id)
        return wrong
