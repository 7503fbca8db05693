"""Cuts a section of a lesson into pieces that are drawn one after another. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tinytutor.notebooks.lesson import Cell, CellKind, Section

LONGEST = 48
"""Lines of Markdown in one piece: more would hold up the keys while it is laid out."""
_FENCE = re.compile(r"^\s*(```|~~~)")
_DIRECTIVE = re.compile(r"^#\s*\|.*\n?", re.MULTILINE)


class PieceKind(StrEnum):
    """How a piece is drawn."""

    PROSE = "prose"
    PREDICTION = "prediction"
    """A question to answer before an experiment is run."""
    CODE = "code"
    EXERCISE = "exercise"
    """A pointer to the editor, where the exercise is written."""
    TEST = "test"
    EXPERIMENT = "experiment"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a section."""

    kind: PieceKind
    source: str
    cell_id: str


_KINDS = {
    CellKind.GIVEN: PieceKind.CODE,
    CellKind.SOLUTION: PieceKind.EXERCISE,
    CellKind.TEST: PieceKind.TEST,
    CellKind.EXPERIMENT: PieceKind.EXPERIMENT,
}


def pieces(section: Section) -> tuple[Piece, ...]:
    """The pieces of a section in order; the main block is left out, for it only runs the tests."""
    return tuple(piece for cell in section.cells for piece in _of_cell(cell))


def _of_cell(cell: Cell) -> Iterator[Piece]:
    if cell.kind is CellKind.TEXT:
        kind = PieceKind.PREDICTION if "prediction" in cell.tags else PieceKind.PROSE
        for chunk in chunks(cell.source):
            yield Piece(kind, chunk, cell.id)
    elif cell.kind in _KINDS:
        source = _DIRECTIVE.sub("", cell.source).strip("\n")
        if source:
            yield Piece(_KINDS[cell.kind], source, cell.id)


def chunks(markdown: str, longest: int = LONGEST) -> Iterator[str]:
    """Markdown in parts of at most `longest` lines, cut at blank lines outside fences and lists."""
    lines = markdown.split("\n")
    chunk: list[str] = []
    fenced = False
    for number, line in enumerate(lines):
        if _FENCE.match(line):
            fenced = not fenced
        following = lines[number + 1] if number + 1 < len(lines) else ""
        may_cut = not line.strip() and not fenced and following[:1] not in ("", " ", "-", "*", "|")
        if len(chunk) >= longest and may_cut:
            yield "\n".join(chunk)
            chunk = []
        else:
            chunk.append(line)
    if any(line.strip() for line in chunk):
        yield "\n".join(chunk)
