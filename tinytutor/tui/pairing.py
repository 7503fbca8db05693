"""What the editor does with brackets and quotes. Pure functions over a line."""

from __future__ import annotations

from enum import StrEnum

PAIRS = {"(": ")", "[": "]", "{": "}", '"': '"', "'": "'"}
_CLOSING = frozenset(")]}")
_QUOTES = frozenset("\"'")


class Typing(StrEnum):
    """What a typed character does."""

    PLAIN = "plain"
    PAIR = "pair"
    """Its partner comes behind the cursor."""
    STEP = "step"
    """It is there already: the cursor steps over it."""


def typing(char: str, before: str, after: str) -> Typing:
    """What happens where `char` is typed between these parts of a line."""
    if char in _CLOSING and after.startswith(char):
        opening = next(key for key, value in PAIRS.items() if value == char)
        line = before + after
        return Typing.STEP if line.count(opening) <= line.count(char) else Typing.PLAIN
    if char in _QUOTES and after.startswith(char) and before.count(char) % 2:
        return Typing.STEP
    if char not in PAIRS or (after and not after[0].isspace() and after[0] not in _CLOSING | {","}):
        return Typing.PLAIN
    if char in _QUOTES and (before[-1:].isalnum() or before.count(char) % 2 or before[-1:] == char):
        # An apostrophe, the end of a text, or the third of a docstring's quotes.
        return Typing.PLAIN
    return Typing.PAIR


def is_empty_pair(before: str, after: str) -> bool:
    """Whether the cursor stands between a bracket or quote and its partner."""
    partner = PAIRS.get(before[-1:])
    return partner is not None and after.startswith(partner)
