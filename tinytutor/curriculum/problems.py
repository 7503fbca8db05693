"""What is wrong in a file, collected so that all of it is told at once."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MOST_PROBLEMS = 100
"""A file with more is given up: mending the first ones will change the others."""
_LONGEST_QUOTE = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file."""

    path: Path
    line: int
    """From 1; 0 for the file as a whole."""
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.path.name}:{self.line}" if self.line else self.path.name
        return f"{place}: {self.message}{'. ' if self.remedy else ''}{self.remedy}"


class TooManyProblemsError(Exception):
    """Raised where reading on is of no use to anybody."""


class Problems:
    """Collects what is wrong in one file."""

    def __init__(self, path: Path):
        self.path = path
        self.found: list[Problem] = []

    def add(self, line: int, message: str, remedy: str = "") -> None:
        """Notes one problem. Raises TooManyProblemsError where enough are known."""
        self.found.append(Problem(self.path, line, message, remedy))
        if len(self.found) >= MOST_PROBLEMS:
            raise TooManyProblemsError


def quote(value: object) -> str:
    """A value for a message, cut off where it is too long to be read."""
    text = repr(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


def closest(wrong: str, known: Sequence[str]) -> str | None:
    """The known name that a misspelt one probably stands for."""
    close = difflib.get_close_matches(wrong[:_LONGEST_QUOTE], known, n=1, cutoff=0.5)
    return close[0] if close else None


def did_you_mean(wrong: str, known: Sequence[str]) -> str:
    """A suggestion for a misspelt name: the closest one, or all there are."""
    if meant := closest(wrong, known):
        return f"Did you mean {meant!r}?"
    return f"There are: {', '.join(known)}." if known else ""
