"""Reads a YAML file that may be hostile into plain values that know their line.

Plain data only: no tags, no anchors and aliases (a few lines of them can unfold to gigabytes), no
key twice, bounded size and depth. Nothing in the file is ever constructed as an object.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from tinytutor.curriculum.problems import Problems, quote

MOST_BYTES = 1 << 20
MOST_DEPTH = 12
_TOO_DEEP = f"nested more than {MOST_DEPTH} deep"

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,12})?")
_TRUE = ("true", "yes", "on")


@dataclass(frozen=True, slots=True)
class Value:
    """A scalar, list or mapping of the file."""

    line: int
    """Where it begins; the value of a key begins where the key does."""
    content: str | int | float | bool | tuple[Value, ...] | Mapping[str, Value] | None


def read_document(path: Path, problems: Problems) -> Value | None:
    """The file's top value; None, with the problems noted, where it can't be used."""
    raw = _read(path, problems)
    if raw is None:
        return None
    before = len(problems.found)
    try:
        text = raw.decode("utf-8-sig")
        _refuse_what_is_not_plain(text, problems)
        node = yaml.compose(text, Loader=_LOADER) if len(problems.found) == before else None
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.add(line, "not UTF-8 text", "Save the file as UTF-8.")
        return None
    except yaml.YAMLError as error:
        _note(error, text, problems)
        return None
    if node is None:
        if len(problems.found) == before:
            problems.add(0, "empty", "docs/authors.md shows what a course file holds.")
        return None
    value = _value(node, problems)
    return value if len(problems.found) == before else None


def _read(path: Path, problems: Problems) -> bytes | None:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        problems.add(0, f"can't be read ({error.strerror})", f"It belongs at {path}.")
        return None
    if len(raw) > MOST_BYTES:
        problems.add(0, f"longer than {MOST_BYTES} bytes", "Nobody can keep a course so long.")
        return None
    return raw


def _refuse_what_is_not_plain(text: str, problems: Problems) -> None:
    """Looks at the file's events, one by one, so that nothing is unfolded or constructed."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            problems.add(line, f"alias *{event.anchor}", "Write the value out.")
        elif anchor := getattr(event, "anchor", None):
            problems.add(line, f"anchor &{anchor}", "Remove it: anchors are refused.")
        if tag := getattr(event, "tag", None):
            problems.add(line, f"tag {tag}", "Remove it: only plain values are read.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MOST_DEPTH:
                problems.add(line, _TOO_DEEP, "Flatten it.")
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _note(error: yaml.YAMLError, text: str, problems: Problems) -> None:
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        problems.add(line, "a character that no text file holds", "Remove it.")
        return
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    if "nesting depth" in what:  # libyaml's own bound, where it meets one before ours
        problems.add(mark.line + 1 if mark else 0, _TOO_DEEP, "Flatten it.")
        return
    remedy = "Mend indentation or quoting there."
    problems.add(mark.line + 1 if mark else 0, f"not readable as YAML: {what}", remedy)


def _value(node: yaml.Node, problems: Problems) -> Value:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return Value(line, tuple(_value(item, problems) for item in node.value))
    if isinstance(node, yaml.MappingNode):
        return Value(line, _entries(node, problems))
    return Value(line, _scalar(node, line, problems))


def _entries(node: yaml.MappingNode, problems: Problems) -> Mapping[str, Value]:
    entries: dict[str, Value] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        value = _value(value_node, problems)
        if not isinstance(key_node, yaml.ScalarNode):
            problems.add(line, "a list or mapping as a key", "A key is a word.")
            continue
        key = str(key_node.value)
        if key in entries:
            remedy = f"It is in line {entries[key].line}."
            problems.add(line, f"key {quote(key)} a second time", remedy)
        entries[key] = Value(line, value.content)
    return entries


def _scalar(node: yaml.Node, line: int, problems: Problems) -> str | int | float | bool | None:
    text = str(node.value)
    kind = node.tag.removeprefix(_TAG)
    if kind == "bool":
        return text.lower() in _TRUE
    if kind == "null":
        return None
    if kind not in ("int", "float"):
        return text
    # YAML reads 010 as eight and 1:30 as ninety: what looks odd is refused.
    if not _DECIMAL.fullmatch(text):
        remedy = "Write a plain decimal number, or a text in quotes."
        problems.add(line, f"{quote(text)} is an odd number", remedy)
        return None
    return float(text) if "." in text else int(text)
