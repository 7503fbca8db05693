"""A lesson as values: its cells, exercises, tests and sections. Reads no files: see `reading`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any


class CellKind(StrEnum):
    """What part a cell plays; `docs/authors.md` says how each is recognised."""

    TEXT = "text"
    GIVEN = "given"
    SOLUTION = "solution"
    TEST = "test"
    EXPERIMENT = "experiment"
    MAIN = "main"


EXPORT = re.compile(r"^#\s*\|\s*export\s*$", re.MULTILINE)
"""The nbdev directive of a cell that belongs to the student's library."""
DEFAULT_EXPORT = re.compile(r"^#\s*\|\s*default_exp\s+([\w.]+)\s*$", re.MULTILINE)
"""The nbdev directive that names the library file."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the author's lesson."""

    id: str
    """Unique in the lesson, `[A-Za-z0-9_-]{1,64}`; the `grade_id` where there is one."""
    kind: CellKind
    source: str
    line: int
    """First line of the source in the lesson file, from 1."""
    points: float = 0.0
    tags: tuple[str, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)
    """The notebook metadata as the author wrote it."""

    @property
    def is_code(self) -> bool:
        """False for Markdown."""
        return self.kind is not CellKind.TEXT

    @property
    def exported(self) -> bool:
        """Whether the cell belongs to the student's library."""
        return self.is_code and EXPORT.search(self.source) is not None


@dataclass(frozen=True, slots=True)
class Exercise:
    """What a student writes, and the test that follows it at once."""

    id: str
    number: int
    """From 1, in the order of the lesson."""
    title: str
    solution: Cell
    test: Cell


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the lesson under one `##` heading (or the title), as it is read on screen."""

    title: str
    cells: tuple[Cell, ...]
    exercise_id: str | None
    """The exercise whose solution cell stands in it."""


@dataclass(frozen=True)
class Lesson:
    """A whole lesson."""

    module_id: str
    title: str
    export_name: str
    """The library file without `.py`: `tensor`."""
    cells: tuple[Cell, ...]
    exercises: tuple[Exercise, ...]
    sections: tuple[Section, ...]

    @cached_property
    def by_id(self) -> dict[str, Cell]:
        """Cells by id."""
        return {cell.id: cell for cell in self.cells}

    def exercise(self, exercise_id: str) -> Exercise:
        """The exercise with this id. Raises KeyError."""
        for exercise in self.exercises:
            if exercise.id == exercise_id:
                return exercise
        raise KeyError(exercise_id)

    def of_kind(self, kind: CellKind) -> Iterator[Cell]:
        """Cells of one kind, in order."""
        return (cell for cell in self.cells if cell.kind is kind)

    @cached_property
    def tests_sha256(self) -> str:
        """Changes when a test or a given cell changes: a pass recorded under another is stale."""
        digest = hashlib.sha256()
        for cell in self.cells:
            if cell.kind in (CellKind.TEST, CellKind.GIVEN):
                digest.update(f"{cell.id}\0{cell.points}\0{cell.source}\0".encode())
        return digest.hexdigest()


_BEGIN, _END = "### BEGIN SOLUTION", "### END SOLUTION"
SOLUTION_REGION = re.compile(
    r"^(?P<indent>[ \t]*)### BEGIN SOLUTION[^\n]*\n.*?^[ \t]*### END SOLUTION[^\n]*$",
    re.MULTILINE | re.DOTALL,
)
STUB = "# YOUR CODE HERE\n{indent}raise NotImplementedError()"


def starter_source(source: str) -> str:
    """A solution cell as the student gets it: each solution region becomes a stub."""

    def stub(match: re.Match[str]) -> str:
        indent = match["indent"]
        return indent + STUB.format(indent=indent)

    return SOLUTION_REGION.sub(stub, source)


def reference_source(source: str) -> str:
    """A solution cell with its solution, without the marker lines."""
    kept = [line for line in source.splitlines() if line.strip() not in (_BEGIN, _END)]
    return "\n".join(kept)


def import_lines(lesson: Lesson) -> str:
    """The lesson's top-level imports as one line of code, to be run again before each test.

    A student's own `np` or `same` then does not lead a test astray.
    """
    import ast  # noqa: PLC0415  only for a run

    statements: dict[str, None] = {}
    for cell in lesson.of_kind(CellKind.GIVEN):
        for node in ast.parse(cell.source).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                statements[ast.unparse(node)] = None
    return "; ".join(statements)


def solution_lines(source: str) -> frozenset[int]:
    """Lines of `reference_source(source)`, from 1, that the student writes."""
    lines: set[int] = set()
    number, inside = 0, False
    for line in source.splitlines():
        mark = line.strip()
        if mark in (_BEGIN, _END):
            inside = mark == _BEGIN
            continue
        number += 1
        if inside:
            lines.add(number)
    return frozenset(lines)
