"""Takes a mapping of a file apart key by key; what is missing or wrong becomes a problem.

Every question gets an answer of the right type, so that reading goes on and finds the next
problem. What stands in for a wrong value is never used: a file with problems is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from tinytutor.curriculum.document import Value
from tinytutor.curriculum.problems import Problems, closest, did_you_mean, quote

Kind = TypeVar("Kind")

# Escape sequences would reach the terminal; marks of direction make a text show as another.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Fields:
    """One mapping."""

    def __init__(self, value: Value, what: str, known: Sequence[str], problems: Problems):
        """Notes each key of the mapping that isn't `known`; `what` it is, for messages."""
        self.line = value.line
        self._what = what
        self._problems = problems
        self._entries: Mapping[str, Value] = {}
        self._meant: set[str] = set()
        """Keys that an unknown one probably stands for: those aren't missing as well."""
        if not isinstance(value.content, Mapping):
            problems.add(value.line, f"{what} must be a mapping of keys to values")
            self._meant.update(known)
            return
        self._entries = value.content
        for key, entry in self._entries.items():
            if key not in known:
                self._meant.add(closest(key, known) or "")
                problems.add(
                    entry.line, f"{what} has no key {quote(key)}", did_you_mean(key, known)
                )

    def line_of(self, key: str) -> int:
        """Line of the key, or of the whole where it is missing."""
        return self._entries[key].line if key in self._entries else self.line

    def text(self, key: str) -> str:
        """A text with something in it, on one line."""
        value = self._entries.get(key)
        return self._missing(key, None, "") if value is None else self.sentence(value, f"{key!r}")

    def sentence(self, value: Value, name: str) -> str:
        """The text of a value, on one line; `name` says in a message what it is."""
        if not isinstance(value.content, str) or not value.content.strip():
            self._problems.add(value.line, f"{name} must be a text", "Put it in quotes.")
            return ""
        if _UNSEEN.search(value.content):
            self._problems.add(value.line, f"{name} has a control character", "Remove it.")
        return " ".join(value.content.split())

    def choice(self, key: str, options: Sequence[str], default: str) -> str:
        """One of the `options`, the default where the key is missing."""
        if key not in self._entries:
            return default
        text = self.text(key)
        if text and text not in options:
            remedy = f"It must be one of: {', '.join(options)}."
            self._problems.add(self.line_of(key), f"{key!r} is {quote(text)}", remedy)
        return text if text in options else default

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """A number from `low` to `high`."""
        value = self._entries.get(key)
        if value is None:
            return self._missing(key, default, low)
        number = value.content
        if isinstance(number, bool) or not isinstance(number, int | float):
            self._problems.add(value.line, f"{key!r} must be a number")
            return low
        if not low <= number <= high:
            remedy = f"It must lie between {low:g} and {high:g}."
            self._problems.add(value.line, f"{key!r} is {number:g}", remedy)
            return low
        return number

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number from `low` to `high`."""
        number = self.number(key, low, high, default)
        if number != int(number):
            self._problems.add(self.line_of(key), f"{key!r} is {number:g}", "It must be whole.")
        return int(number)

    def items(self, key: str, *, needed: bool = True) -> tuple[Value, ...]:
        """A list."""
        value = self._entries.get(key)
        if value is None:
            return self._missing(key, None if needed else (), ())
        if not isinstance(value.content, tuple):
            self._problems.add(value.line, f"{key!r} must be a list")
            return ()
        return value.content

    def mapping(self, key: str, *, needed: bool = True) -> Iterator[tuple[str, Value]]:
        """Keys and values of a mapping; none where only the key is there."""
        value = self._entries.get(key)
        if value is None:
            if needed:
                self._missing(key, None, ())
        elif isinstance(value.content, Mapping):
            yield from value.content.items()
        elif value.content is not None:
            self._problems.add(value.line, f"{key!r} must be a mapping of keys to values")

    def _missing(self, key: str, default: Kind | None, stand_in: Kind) -> Kind:
        if default is not None:
            return default
        if key not in self._meant:
            self._problems.add(self.line, f"{self._what} lacks the key {key!r}", "Add it.")
        return stand_in
