"""What can stand in a student's way; each message gives the fact and the next step."""

from __future__ import annotations

from tinytutor.curriculum import Course
from tinytutor.progress.state import Progress
from tinytutor.progress.unlocking import locked_reasons, locked_sentence


class LockedError(Exception):
    """A module whose prerequisites have not passed."""

    @classmethod
    def of(cls, course: Course, progress: Progress, module_id: str, advice: str) -> LockedError:
        """In words: what is missing, then the advice."""
        reasons = locked_reasons(course, progress)[module_id]
        return cls(f"{locked_sentence(course, module_id, reasons)} {advice}")


class NotStartedError(Exception):
    """A module or exercise that is not in the workspace."""


class NoSuchExerciseError(LookupError):
    """A name that stands for no exercise of the module."""
