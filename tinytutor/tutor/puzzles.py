"""Parsons problems: the lines of a solution, out of order and with some too many."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from tinytutor.curriculum import Module

FAILURES = 2
"""Failed attempts after which a puzzle is offered."""


class PuzzleError(ValueError):
    """A puzzle that can't be used."""


@dataclass(frozen=True, slots=True)
class Puzzle:
    """Lines to put in order."""

    exercise_id: str
    solution: tuple[str, ...]
    distractors: tuple[str, ...]

    @property
    def pieces(self) -> tuple[str, ...]:
        """All lines in an order that is the same every time, and never the solution's."""
        pieces = [*self.solution, *self.distractors]
        chance = random.Random(self.exercise_id)
        chance.shuffle(pieces)
        if tuple(pieces[: len(self.solution)]) == self.solution:
            pieces.reverse()
        return tuple(pieces)

    def first_wrong(self, order: Sequence[str]) -> int | None:
        """Index of the first line that is not the one that belongs there; None where all are."""
        for index, line in enumerate(self.solution):
            if index >= len(order) or order[index] != line:
                return index
        return len(self.solution) if len(order) > len(self.solution) else None


def read_puzzle(module: Module, exercise_id: str) -> Puzzle | None:
    """The puzzle of an exercise, None where it has none. Raises PuzzleError."""
    path = module.folder / "hints.yaml"
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))[exercise_id].get("parsons")
        if raw is None:
            return None
        return Puzzle(
            exercise_id,
            tuple(str(line) for line in raw["lines"]),
            tuple(str(line) for line in raw.get("distractors") or ()),
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as problem:
        raise PuzzleError(f"{path}: no puzzle for {exercise_id!r} ({problem!r})") from None
