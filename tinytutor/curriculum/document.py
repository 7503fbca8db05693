"""Reads a YAML file that may be hostile into plain values that know their line.

Plain data only: no tags, no anchors and aliases (a few lines of them can unfold to gigabytes), no
key twice, bounded size and depth. Nothing in the file is ever constructed as an object.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from yaml.constructor import SafeConstructor

Kind = TypeVar("Kind")

MOST_BYTES = 1 << 20
MOST_DEPTH = 12

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SCALARS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null")}


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


class Problems:
    """Collects what is wrong in one file, so that all of it is told at once."""

    def __init__(self, path: Path):
        self.path = path
        self.found: list[Problem] = []

    def add(self, line: int, message: str, remedy: str = "") -> None:
        """Notes one problem."""
        self.found.append(Problem(self.path, line, message, remedy))


@dataclass(frozen=True, slots=True)
class Value:
    """A scalar, list or mapping of the file."""

    line: int
    content: str | int | float | bool | tuple[Value, ...] | Mapping[str, Value] | None


def read_document(path: Path, problems: Problems) -> Value | None:
    """The file's top value; None, with the problems noted, where it can't be used."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        problems.add(0, f"can't be read ({error.strerror})", f"It belongs at {path}.")
        return None
    if len(raw) > MOST_BYTES:
        problems.add(0, f"{len(raw)} bytes long", f"At most {MOST_BYTES} are read.")
        return None
    try:
        text = raw.decode("utf-8")
        if not _is_plain_data(text, problems):
            return None
        node = yaml.compose(text, Loader=_LOADER)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.add(line, "not UTF-8 text", "Save the file as UTF-8.")
        return None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = mark.line + 1 if mark else 0
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        problems.add(line, f"not readable as YAML: {what}", "Mend indentation or quoting there.")
        return None
    if node is None:
        problems.add(0, "empty", "docs/authors.md shows what a course file holds.")
        return None
    before = len(problems.found)
    value = _value(node, problems)
    return value if len(problems.found) == before else None


def _is_plain_data(text: str, problems: Problems) -> bool:
    """Whether the file is safe to compose; looks at events, so that nothing is unfolded."""
    depth = 0
    before = len(problems.found)
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            problems.add(line, f"alias *{event.anchor}", "Write the value out.")
        elif anchor := getattr(event, "anchor", None):
            problems.add(line, f"anchor &{anchor}", "Remove it: anchors are refused.")
        tag = getattr(event, "tag", None)
        if tag:
            problems.add(line, f"tag {tag}", "Remove it: only plain values are read.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MOST_DEPTH:
                problems.add(line, f"nested more than {MOST_DEPTH} deep", "Flatten it.")
                return False
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return len(problems.found) == before


def _value(node: yaml.Node, problems: Problems) -> Value:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        entries: dict[str, Value] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            key_line = key_node.start_mark.line + 1
            if key in entries:
                first = entries[key].line
                problems.add(key_line, f"key {key!r} a second time", f"It is in line {first}.")
            entries[key] = Value(key_line, _value(value_node, problems).content)
        return Value(line, entries)
    if isinstance(node, yaml.SequenceNode):
        return Value(line, tuple(_value(item, problems) for item in node.value))
    return Value(line, _scalar(node, problems, line))


def _scalar(node: yaml.Node, problems: Problems, line: int) -> str | int | float | bool | None:
    if node.tag not in _SCALARS:
        return str(node.value)
    try:
        loaded = SafeConstructor().construct_object(node)
    except (yaml.YAMLError, ValueError):
        problems.add(line, f"{node.value!r} can't be read", "Put it in quotes.")
        return None
    return loaded if isinstance(loaded, str | int | float | bool) else None


class Fields:
    """A mapping that is taken apart key by key; what is missing or wrong becomes a problem."""

    def __init__(self, value: Value, what: str, problems: Problems):
        self.line = value.line
        self._what = what
        self._problems = problems
        self._entries: Mapping[str, Value] = {}
        if isinstance(value.content, Mapping):
            self._entries = value.content
        else:
            problems.add(value.line, f"{what} must be a mapping of keys to values")

    def line_of(self, key: str) -> int:
        """Line of the key, or of the whole where it is missing."""
        return self._entries[key].line if key in self._entries else self.line

    def refuse_others(self, known: Sequence[str]) -> None:
        """Notes each key that is not `known`."""
        for key, value in self._entries.items():
            if key not in known:
                remedy = did_you_mean(key, known)
                self._problems.add(value.line, f"{self._what} has no key {key!r}", remedy)

    def text(self, key: str, default: str | None = None) -> str:
        """A text with something in it."""
        value = self._entries.get(key)
        if value is None:
            return self._missing(key, default, "")
        if not isinstance(value.content, str) or not value.content.strip():
            self._problems.add(value.line, f"{key!r} must be a text", "Put it in quotes.")
            return ""
        return value.content.strip()

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """A number from `low` to `high`."""
        value = self._entries.get(key)
        if value is None:
            return self._missing(key, default, low)
        number = value.content
        if isinstance(number, bool) or not isinstance(number, int | float):
            self._problems.add(value.line, f"{key!r} must be a number, not {number!r}")
            return low
        if not low <= number <= high:
            remedy = f"It must lie between {low:g} and {high:g}."
            self._problems.add(value.line, f"{key!r} is {number:g}", remedy)
            return low
        return number

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
        """Keys and values of a mapping."""
        value = self._entries.get(key)
        if value is None:
            empty: Iterable[tuple[str, Value]] = self._missing(key, None if needed else (), ())
            yield from empty
        elif isinstance(value.content, Mapping):
            yield from value.content.items()
        elif value.content is not None:
            self._problems.add(value.line, f"{key!r} must be a mapping")

    def _missing(self, key: str, default: Kind | None, stand_in: Kind) -> Kind:
        if default is None:
            self._problems.add(self.line, f"{self._what} lacks the key {key!r}", "Add it.")
            return stand_in
        return default


def did_you_mean(wrong: str, known: Sequence[str]) -> str:
    """A suggestion for a misspelt name."""
    close = difflib.get_close_matches(wrong, known, n=1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"There are: {', '.join(known)}." if known else ""
