"""What the boxes of the map show, in three sizes, and which of them fits a window. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tinytutor.curriculum import Course
from tinytutor.curriculum.drawing import Face, Piece, common_size
from tinytutor.curriculum.graph import edges
from tinytutor.curriculum.layout import Layout, Size, lay_out
from tinytutor.tui import glyphs, text
from tinytutor.tutor.appearance import STATE_FRAMES
from tinytutor.tutor.results import ModuleView

_BAR = 10
_LINES = (3, 2, 1)
"""Lines of text in a box, the richest first."""


@dataclass(frozen=True, slots=True)
class MapPicture:
    """A layout and the number of lines that its boxes have."""

    layout: Layout
    lines: int


class MapPictures:
    """Finds the picture for a window; layouts take tens of milliseconds and are kept."""

    def __init__(self, course: Course):
        self._course = course
        self._kept: dict[tuple[int, Size], Layout] = {}

    def fitting(self, views: Sequence[ModuleView], width: int, height: int) -> MapPicture:
        """The richest map that is seen whole; else one that is only scrolled down."""
        narrow: list[MapPicture] = []
        for lines in _LINES:
            layout = self._layout(views, width, lines)
            picture = MapPicture(layout, lines)
            if layout.width <= width:
                if layout.height <= height:
                    return picture
                narrow.append(picture)
        # Of those that are scrolled, one of lower boxes shows more at a time.
        return narrow[min(1, len(narrow) - 1)] if narrow else picture

    def _layout(self, views: Sequence[ModuleView], width: int, lines: int) -> Layout:
        sizes = common_size({view.module.id: face(view, lines) for view in views})
        key = (width, next(iter(sizes.values())))
        if key not in self._kept:
            self._kept[key] = lay_out(sizes, edges(self._course), breadth=width)
        return self._kept[key]


def face(view: ModuleView, lines: int) -> Face:
    """A module's box. The state is in symbol, word and frame as well as in colour."""
    module, state = view.module, view.state.value
    title = Piece(module.label, f"title-{state}")
    symbol = glyphs.STATE[state]
    if lines == 1:
        return Face(((Piece(f"{symbol} ", state), title),), STATE_FRAMES[state])
    tests = f"{view.tests_passed}/{view.tests_total}" if view.tests_total else ""
    word = Piece(f"{symbol} {text.STATE_WORDS[state]}", state)
    if lines == 2:
        return Face(((title,), (word, Piece("  "), Piece(tests, "quiet"))), STATE_FRAMES[state])
    effort = f"{difficulty(module.difficulty)}  {module.hours:g} h"
    return Face(
        ((title,), (word, *_progress(view)), (Piece(effort, "quiet"),)), STATE_FRAMES[state]
    )


def difficulty(value: int) -> str:
    """1 to 5 as dots."""
    return "●" * value + "○" * (5 - value)


def _progress(view: ModuleView) -> tuple[Piece, ...]:
    if not view.tests_total:
        return ()
    filled = round(_BAR * view.tests_passed / view.tests_total)
    return (
        Piece("  "),
        Piece("━" * filled, "done"),
        Piece("━" * (_BAR - filled), "left"),
        Piece(" "),
        Piece(f"{view.tests_passed}/{view.tests_total}", "quiet"),
    )
