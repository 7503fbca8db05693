"""What can stand in the way of a command. Each message gives the fact and the next step."""

from __future__ import annotations

from textual.widget import Widget

from tinytutor.notebooks.reading import LessonError
from tinytutor.notebooks.student import NotebookUnreadableError
from tinytutor.progress.errors import StoreError
from tinytutor.tutor.blame import BlameError
from tinytutor.tutor.errors import LockedError, NoSuchExerciseError, NotStartedError
from tinytutor.tutor.hints import HintsError
from tinytutor.tutor.puzzles import PuzzleError
from tinytutor.tutor.quiz import QuizError

TROUBLES = (
    LockedError,
    NotStartedError,
    NoSuchExerciseError,
    NotebookUnreadableError,
    LessonError,
    HintsError,
    QuizError,
    PuzzleError,
    BlameError,
    StoreError,
    OSError,
)
"""Shown to the student, who goes on; anything else is a mistake of ours."""


def complain(screen: Widget, problem: Exception) -> None:
    """Tells what kept a command from doing its work; the app goes on."""
    screen.notify(str(problem), severity="error", timeout=15, markup=False)
