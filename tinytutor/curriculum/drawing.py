"""Turns a layout into lines of characters, each stretch with what it belongs to.

The terminal app colours the stretches and asks what lies under the mouse; the command line prints
them with or without colour. A line is made when it is asked for, so a huge map costs only what is
seen of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from rich.cells import cell_len, set_cell_size

from tinytutor.curriculum.glyphs import UNICODE, Arms, Frame, FrameGlyphs, Glyphs
from tinytutor.curriculum.graph import Edge
from tinytutor.curriculum.layout import Layout, Point, Rectangle, Size


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text in a box, and a word for how it looks that the front end understands."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Face:
    """What a box shows: lines of text in a frame, a blank between them at either side."""

    lines: tuple[tuple[Piece, ...], ...]
    frame: Frame = Frame.LIGHT

    @property
    def size(self) -> Size:
        """The cells it takes with its frame."""
        widths = (sum(cell_len(piece.text) for piece in line) for line in self.lines)
        return Size(max(widths, default=0) + 4, len(self.lines) + 2)


def common_size(faces: Mapping[str, Face]) -> dict[str, Size]:
    """One size for all boxes, in which each face has room: equal boxes are the easiest to read."""
    sizes = [face.size for face in faces.values()]
    width = max((size.width for size in sizes), default=0)
    height = max((size.height for size in sizes), default=0)
    return dict.fromkeys(faces, Size(width, height))


class Part(StrEnum):
    """What kind of thing a stretch of a line belongs to."""

    SPACE = "space"
    FRAME = "frame"
    TEXT = "text"
    EDGE = "edge"


@dataclass(frozen=True, slots=True)
class Role:
    """What a stretch of a line belongs to."""

    part: Part
    node: str = ""
    """The box, for its frame and its text."""
    edges: tuple[Edge, ...] = ()
    """The edges that run through an edge's cell; several where they share it or cross."""
    tone: str = ""
    """As the text's piece says."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a line that belongs to one thing."""

    text: str
    role: Role


_SPACE = Role(Part.SPACE)
_Cell = tuple[int, str, Role]
"""Column, text, role."""


class Drawing:
    """A layout as characters."""

    def __init__(self, layout: Layout, glyphs: Glyphs = UNICODE):
        self.layout = layout
        self.glyphs = glyphs
        self.width = layout.width
        self.height = layout.height
        self._boxes: list[list[tuple[str, Rectangle]]] = [[] for _ in range(layout.height)]
        """For every line the boxes on it."""
        for node, box in layout.boxes.items():
            for y in range(box.y, box.bottom + 1):
                self._boxes[y].append((node, box))
        self._arms: list[dict[int, dict[Edge, int]]] = [{} for _ in range(layout.height)]
        """For every line, by column, the edges in that cell and their `Arms`, as plain numbers: a
        large map has a hundred thousand of them. Ends lie on the frames of boxes."""
        for edge, way in layout.ways.items():
            for x, y, arms in _trace(way):
                cell = self._arms[y].setdefault(x, {})
                cell[edge] = cell.get(edge, 0) | arms

    def line(self, y: int, faces: Mapping[str, Face], lit: Collection[Edge] = ()) -> list[Segment]:
        """One whole line, as broad as the map.

        Args:
            y: its number, from 0.
            faces: what each box shows now; a box without a face stays empty.
            lit: edges that stand out.
        """
        cells: list[_Cell] = []
        for node, box in self._boxes[y]:
            cells += self._box_line(y, node, box, faces.get(node, Face(())), lit)
        for x, edges in self._arms[y].items():
            if self.node_at(x, y) is None:
                cells.append((x, self._joint(edges, lit), Role(Part.EDGE, edges=tuple(edges))))
        return list(_merged(sorted(cells, key=lambda cell: cell[0]), self.width))

    def node_at(self, x: int, y: int) -> str | None:
        """The box that covers a cell, frame included."""
        if not 0 <= y < self.height:
            return None
        return next((node for node, box in self._boxes[y] if box.x <= x <= box.right), None)

    def edges_at(self, x: int, y: int) -> tuple[Edge, ...]:
        """The edges that run through a cell."""
        return tuple(self._arms[y].get(x, ())) if 0 <= y < self.height else ()

    def _box_line(
        self, y: int, node: str, box: Rectangle, face: Face, lit: Collection[Edge]
    ) -> Iterator[_Cell]:
        frame = self.glyphs.frames[face.frame]
        if box.y < y < box.bottom:
            yield self._frame_cell(box.x, y, node, frame, frame.upright, lit)
            index = y - box.y - 1
            pieces = face.lines[index] if index < len(face.lines) else ()
            yield from _text_cells(pieces, node, box)
            yield self._frame_cell(box.right, y, node, frame, frame.upright, lit)
        else:
            side = frame.top if y == box.y else frame.bottom
            yield box.x, side[0], Role(Part.FRAME, node)
            for x in range(box.x + 1, box.right):
                yield self._frame_cell(x, y, node, frame, side[1], lit)
            yield box.right, side[2], Role(Part.FRAME, node)

    def _frame_cell(
        self, x: int, y: int, node: str, frame: FrameGlyphs, plain: str, lit: Collection[Edge]
    ) -> _Cell:
        """A cell of a frame's side: an entry, the exit, or just the side."""
        edges = tuple(self._arms[y].get(x, ()))
        if not edges:
            return x, plain, Role(Part.FRAME, node)
        if edges[0][1] == node:
            return x, self.glyphs.arrows[self.layout.flow], Role(Part.EDGE, node, edges)
        exits = frame.exits[self.layout.flow]
        return x, exits[any(edge in lit for edge in edges)], Role(Part.FRAME, node, edges)

    def _joint(self, edges: Mapping[Edge, int], lit: Collection[Edge]) -> str:
        every = standing_out = 0
        for edge, arms in edges.items():
            every |= arms
            standing_out |= arms if edge in lit else 0
        return self.glyphs.line(every, standing_out)


def _text_cells(pieces: Iterable[Piece], node: str, box: Rectangle) -> Iterator[_Cell]:
    """The pieces in a row, cut off where the box ends, with blanks around."""
    x, end = box.x + 2, box.right - 1
    yield box.x + 1, " ", Role(Part.TEXT, node)
    for piece in pieces:
        width = min(cell_len(piece.text), end - x)
        if width > 0:
            yield x, set_cell_size(piece.text, width), Role(Part.TEXT, node, tone=piece.tone)
            x += width
    yield x, " " * (box.right - x), Role(Part.TEXT, node)


def _trace(way: tuple[Point, ...]) -> Iterator[tuple[int, int, int]]:
    """The cells on a way, with the sides that it reaches in each."""
    for start, end in pairwise(way):
        across, down = _sign(end.x - start.x), _sign(end.y - start.y)
        ahead, behind = _ARMS[across, down], _ARMS[-across, -down]
        x, y = start.x, start.y
        while (x, y) != (end.x, end.y):
            yield x, y, ahead
            x, y = x + across, y + down
            yield x, y, behind


_ARMS = {
    (0, -1): int(Arms.UP),
    (1, 0): int(Arms.RIGHT),
    (0, 1): int(Arms.DOWN),
    (-1, 0): int(Arms.LEFT),
}


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _merged(cells: Iterable[_Cell], width: int) -> Iterator[Segment]:
    """Neighbours with the same role as one segment; spaces where there is nothing."""
    texts: list[str] = []
    role, end = _SPACE, 0
    for x, text, own in [*cells, (width, "", _SPACE)]:
        for part, part_role in ((" " * (x - end), _SPACE), (text, own)):
            if part and part_role != role:
                if texts:
                    yield Segment("".join(texts), role)
                texts, role = [], part_role
            if part:
                texts.append(part)
        end = x + cell_len(text)
    if texts:
        yield Segment("".join(texts), role)
