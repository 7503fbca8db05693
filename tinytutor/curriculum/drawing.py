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

from tinytutor.curriculum.glyphs import UNICODE, Arms, Frame, Glyphs
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
        self._arms: list[dict[int, dict[Edge, Arms]]] = [{} for _ in range(layout.height)]
        """For every line, by column, the edges in that cell. Ends lie on the frames of boxes."""
        for edge, way in layout.ways.items():
            for point, arms in _trace(way):
                cell = self._arms[point.y].setdefault(point.x, {})
                cell[edge] = cell.get(edge, Arms.NONE) | arms

    def line(
        self, y: int, faces: Mapping[str, Face], lit: Collection[Edge] = ()
    ) -> list[Segment]:
        """One whole line, as broad as the map.

        Args:
            y: its number, from 0.
            faces: what each box shows now; a box without a face stays empty.
            lit: edges that stand out.
        """
        cells: list[_Cell] = []
        on_frames: set[int] = set()
        for node, box in self._boxes[y]:
            cells += self._box_line(y, node, box, faces.get(node, Face(())), lit)
            on_frames |= {box.x, box.right} if box.y < y < box.bottom else set(_columns(box))
        for x, edges in self._arms[y].items():
            if x not in on_frames:
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
        role = Role(Part.FRAME, node)
        if box.y < y < box.bottom:
            yield box.x, self._on_frame(box.x, y, frame.upright, face.frame, lit), role
        else:
            yield 
