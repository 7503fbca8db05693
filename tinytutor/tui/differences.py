"""Where two texts part: what a student looks for first. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where two texts differ."""

    line: int
    """From 0."""
    column: int
    """From 0."""


def first_difference(expected: str, got: str) -> Difference | None:
    """Where they part, or None where they are the same."""
    for number, (one, other) in enumerate(zip_longest(expected.split("\n"), got.split("\n"))):
        if one == other:
            continue
        if one is None or other is None:
            return Difference(number, 0)
        column = next(
            (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
            min(len(one), len(other)),
        )
        return Difference(number, _start_of_number(one, other, column))
    return None


def _start_of_number(one: str, other: str, column: int) -> int:
    """A difference within a number begins where that does: 1.25 and 1.35 differ as a whole."""
    start = column
    while start and _part_of_number(one[start - 1]) and _part_of_number(other[start - 1]):
        start -= 1
    follows = one[column : column + 1] + other[column : column + 1]
    return start if all(_part_of_number(char) for char in follows) else column


def _part_of_number(char: str) -> bool:
    return char.isdigit() or char in ".-+e"
