"""What can stand in a student's way; each message gives the fact and the next step."""

from __future__ import annotations


class LockedError(Exception):
    """A module whose prerequisites have not passed."""


class NotStartedError(Exception):
    """A module or exercise that is not in the workspace."""


class NoSuchExerciseError(LookupError):
    """A name that stands for no exercise of the module."""
