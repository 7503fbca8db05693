"""Reads an author's lesson file (jupytext percent with nbgrader metadata) into a `Lesson`."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tinytutor.curriculum import Module
from tinytutor.notebooks.lesson import (
    DEFAULT_EXPORT,
    Cell,
    CellKind,
    Exercise,
    Lesson,
    Section,
)

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_MAIN = re.compile(r"^if __name__ == ['\"]__main__['\"]:", re.MULTILINE)


class LessonError(ValueError):
    """A lesson that breaks the format; the message has one line per problem, with file and line."""

    def __init__(self, problems: Sequence[str]):
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def read_lesson(module: Module) -> Lesson:
    """The lesson of a module. Raises LessonError, naming every problem, or OSError."""
    return parse_lesson(module.lesson_path.read_text("utf-8"), module.id, module.lesson_path)


def parse_lesson(
    text: str, module_id: str, path: Path, raw_cells: Sequence[RawCell] | None = None
) -> Lesson:
    """The lesson in `text`; `path` is only for messages. Raises LessonError.

    `raw_cells` is what `split_cells` gives for this text, where that is known already.
    """
    cells = tuple(_cells(text, split_cells(text) if raw_cells is None else raw_cells))
    problems = list(_problems(cells, path))
    if problems:
        raise LessonError(problems)
    exports = [m[1] for c in cells if c.is_code and (m := DEFAULT_EXPORT.search(c.source))]
    exercises = tuple(_exercises(cells))
    return Lesson(
        module_id=module_id,
        title=_title(cells) or module_id,
        export_name=exports[0],
        cells=cells,
        exercises=exercises,
        sections=tuple(_sections(cells, {exercise.id for exercise in exercises})),
    )


def headings(markdown: str) -> Iterator[tuple[int, str]]:
    """Level and text of each heading of real Markdown: those in fenced code don't count."""
    fenced = False
    for line in markdown.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and (match := _HEADING.match(line)):
            yield len(match[1]), match[2]


def slug(text: str) -> str:
    """Letters and digits of a heading, joined by hyphens, at most 48 of them."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return "-".join(words)[:48].strip("-")


class RawCell(NamedTuple):
    """A cell as the file has it."""

    cell_type: str
    """`code` or `markdown`."""
    source: str
    metadata: dict[str, Any]


def split_cells(text: str) -> list[RawCell]:
    """The cells of a lesson file."""
    import jupytext  # noqa: PLC0415  210 ms, only when a lesson is read for the first time

    cells = jupytext.reads(text, fmt="py:percent").cells
    return [RawCell(cell.cell_type, cell.source, _plain(cell.metadata)) for cell in cells]


def _cells(text: str, raw_cells: Sequence[RawCell]) -> Iterator[Cell]:
    text_lines = text.splitlines()
    markers = _marker_lines(text)
    # Cells and markers pair from the end: jupytext makes a cell of code before the first marker.
    lines = [1] * (len(raw_cells) - len(markers)) + markers
    taken: set[str] = set()
    previous = "start"
    for raw, line in zip(raw_cells, lines, strict=True):
        kind = _kind(raw)
        cell_id = _unique(_wanted_id(raw, kind, previous), taken)
        taken.add(cell_id)
        previous = cell_id
        nbgrader = raw.metadata.get("nbgrader", {})
        is_block_comment = kind is CellKind.TEXT and '"""' in text_lines[line : line + 1]
        yield Cell(
            id=cell_id,
            kind=kind,
            source=raw.source,
            line=line + 1 + is_block_comment,
            points=float(nbgrader.get("points", 0)),
            tags=tuple(raw.metadata.get("tags", ())),
            metadata=raw.metadata,
        )


def _marker_lines(text: str) -> list[int]:
    """Lines of the cell markers; one inside a string, such as a Markdown example, is none."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [
        token.start[0]
        for token in tokens
        if token.type == tokenize.COMMENT
        and token.start[1] == 0
        and token.string.startswith("# %%")
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _kind(raw: RawCell) -> CellKind:
    if raw.cell_type != "code":
        return CellKind.TEXT
    nbgrader = raw.metadata.get("nbgrader", {})
    if nbgrader.get("solution"):
        return CellKind.SOLUTION
    if nbgrader.get("grade"):
        return CellKind.TEST
    if "experiment" in raw.metadata.get("tags", ()):
        return CellKind.EXPERIMENT
    return CellKind.MAIN if _MAIN.search(raw.source) else CellKind.GIVEN


def _wanted_id(raw: RawCell, kind: CellKind, previous: str) -> str:
    grade_id = raw.metadata.get("nbgrader", {}).get("grade_id")
    if grade_id:
        return str(grade_id)
    if kind is CellKind.TEXT and (first := next(headings(raw.source), None)) and slug(first[1]):
        return slug(first[1])
    return f"{kind}-after-{previous.rpartition('-after-')[2]}"[:60]


def _unique(wanted: str, taken: set[str]) -> str:
    number, candidate = 2, wanted
    while candidate in taken:
        candidate, number = f"{wanted}-{number}", number + 1
    return candidate


def _title(cells: Sequence[Cell]) -> str:
    texts = (cell.source for cell in cells if cell.kind is CellKind.TEXT)
    found = (title for text in texts for level, title in headings(text) if level == 1)
    return re.sub(r"^\d+\s*[.:–-]?\s*", "", next(found, ""))


def _exercises(cells: Sequence[Cell]) -> Iterator[Exercise]:
    heading, number = "", 0
    for cell, follower in zip(cells, [*cells[1:], None], strict=True):
        if cell.kind is CellKind.TEXT:
            heading = next((t for level, t in headings(cell.source) if level == 2), heading)
        elif cell.kind is CellKind.SOLUTION and follower is not None:
            number += 1
            title = re.sub(r"^[\d.]+\s*[.:–-]?\s*", "", heading) or cell.id
            yield Exercise(cell.id, number, title, cell, follower)


def _sections(cells: Sequence[Cell], exercise_ids: set[str]) -> Iterator[Section]:
    title, group = "", list[Cell]()
    for cell in cells:
        opening = ""
        if cell.kind is CellKind.TEXT:
            opening = next((t for level, t in headings(cell.source) if level <= 2), "")
        if opening and group:
            yield _section(title, group, exercise_ids)
            group = []
        title = opening or title
        group.append(cell)
    if group:
        yield _section(title, group, exercise_ids)


def _section(title: str, group: Sequence[Cell], exercise_ids: set[str]) -> Section:
    inside = [cell.id for cell in group if cell.id in exercise_ids]
    return Section(title, tuple(group), inside[0] if inside else None)


def _problems(cells: Sequence[Cell], path: Path) -> Iterator[str]:
    """Everything in which the lesson breaks the format of `docs/authors.md`."""
    seen: dict[str, int] = {}
    for cell in cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in seen:
            yield f"{path}:{cell.line}: grade_id {grade_id!r} is taken by line {seen[grade_id]}"
        if grade_id:
            seen[grade_id] = cell.line
    code = [cell for cell in cells if cell.is_code]
    wanted_tests = {f"test_{cell.id}" for cell in cells if cell.kind is CellKind.SOLUTION}
    names = [c for c in code if DEFAULT_EXPORT.search(c.source)]
    if len(names) != 1:
        yield f"{path}:1: exactly one cell must say `#| default_exp NAME`, {len(names)} do"
    for cell, follower in zip(cells, [*cells[1:], None], strict=True):
        where = f"{path}:{cell.line}"
        if cell.kind is CellKind.SOLUTION:
            if "### BEGIN SOLUTION" not in cell.source:
                yield f"{where}: exercise {cell.id!r} has no `### BEGIN SOLUTION` region"
            elif cell.source.count("### BEGIN SOLUTION") != cell.source.count("### END SOLUTION"):
                yield f"{where}: exercise {cell.id!r}: BEGIN and END SOLUTION don't pair"
            if follower is None or follower.id != f"test_{cell.id}":
                yield f"{where}: exercise {cell.id!r} must be followed by its test 'test_{cell.id}'"
        if cell.kind is CellKind.TEST and cell.id not in wanted_tests:
            yield f"{where}: test {cell.id!r} belongs to no exercise; name it 'test_' + exercise"
