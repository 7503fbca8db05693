"""What the boxes of the map show, in four sizes, and which of them fits a window. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from tinytutor.curriculum import Course
from tinytutor.curriculum.drawing import Face, Piece, common_size
from tinytutor.curriculum.graph import Edge, edges, levels
from tinytutor.curriculum.layout import Layout, Size
from tinytutor.tui import glyphs, text
from tinytutor.tutor.appearance import STATE_FRAMES, branch_symbol
from tinytutor.tutor.results import ModuleView


class Detail(IntEnum):
    """How much a box tells."""

    TITLE = 0
    """One line: symbol and title."""
    STATE = 1
    """Two lines: title; state in a word, and tests or hours."""
    EFFORT = 2
    """Two broad lines: also a bar of progress, or difficulty and hours."""
    WHOLE = 3
    """Three lines."""


class Zoom(StrEnum):
    """How the map chooses."""

    FIT = "fit"
    """As much as fits the window."""
    OVERVIEW = "overview"
    DETAIL = "detail"


LayOut = Callable[[Mapping[str, Size], Sequence[Edge], int], Layout]
"""Lays boxes out in so many columns: `layouts.KeptLayouts` knows those of before."""
_SLIM = 100
"""Columns below which a scrolled map shows slim boxes."""
_LINES = {Detail.TITLE: 1, Detail.STATE: 2, Detail.EFFORT: 2, Detail.WHOLE: 3}
_BAR = 10
_SHORT_BAR = 4


@dataclass(frozen=True, slots=True)
class MapPicture:
    """A layout and how much its boxes tell."""

    layout: Layout
    detail: Detail


class MapPictures:
    """Finds the picture for a window."""

    def __init__(self, course: Course, lay_out: LayOut):
        self._course = course
        self._edges = edges(course)
        self._lay_out = lay_out
        self._branches = {
            module.id: branch_symbol(course, module.branch) for module in course.modules
        }
        self._levels = 1 + max(levels(course).values(), default=0)

    def face(self, view: ModuleView, detail: Detail) -> Face:
        """What the box of a module shows."""
        return face(view, detail, self._branches[view.module.id])

    def fitting(
        self, views: Sequence[ModuleView], width: int, height: int, zoom: Zoom = Zoom.FIT
    ) -> MapPicture:
        """The richest map that is seen whole; else one that is scrolled down, where that can be."""
        if zoom is not Zoom.FIT:
            return self._picture(
                views, width, Detail.TITLE if zoom is Zoom.OVERVIEW else Detail.WHOLE
            )
        for detail in reversed(Detail):
            if self._least_height(detail) <= height:
                picture = self._picture(views, width, detail)
                if picture.layout.width <= width and picture.layout.height <= height:
                    return picture
        scrolled = Detail.STATE if width < _SLIM else Detail.EFFORT
        picture = self._picture(views, width, scrolled)
        if picture.layout.width <= width:
            return picture
        return self._picture(views, width, Detail.TITLE)

    def _least_height(self, detail: Detail) -> int:
        """Lines below which no layout can stay: its levels, and one line between two of them."""
        return self._levels * (_LINES[detail] + 3) - 1

    def _picture(self, views: Sequence[ModuleView], width: int, detail: Detail) -> MapPicture:
        sizes = common_size({view.module.id: self.face(view, detail) for view in views})
        return MapPicture(self._lay_out(sizes, self._edges, width), detail)


def face(view: ModuleView, detail: Detail, branch: str) -> Face:
    """A module's box. State and branch are in symbol, word and frame as well as in colour."""
    module, state = view.module, view.state.value
    title = (Piece(f"{branch} ", f"branch-{branch}"), Piece(module.label, f"title-{state}"))
    symbol = glyphs.STATE[state]
    frame = STATE_FRAMES[state]
    if detail is Detail.TITLE:
        return Face(((Piece(f"{symbol} ", state), title[1]),), frame)
    word = Piece(f"{symbol} {text.STATE_WORDS[state]}", state)
    hours = Piece(f"{module.hours:g} h", "quiet")
    tests = Piece(f"{view.tests_passed}/{view.tests_total}", "quiet")
    if detail is Detail.STATE:
        return Face((title, (word, Piece("  "), tests if view.tests_total else hours)), frame)
    dots = Piece(difficulty(module.difficulty), "quiet")
    if detail is Detail.EFFORT:
        # Without the blank in "3.5h": twenty modules are then seen whole in a window of 160x48.
        effort = (dots, Piece(f" {module.hours:g}h", "quiet"))
        rest = (*_bar(view, _SHORT_BAR), tests) if view.tests_total else effort
        return Face((title, (word, Piece(" "), *rest)), frame)
    progress = (Piece("  "), *_bar(view, _BAR), tests) if view.tests_total else ()
    return Face((title, (word, *progress), (dots, Piece("  "), hours)), frame)


def difficulty(value: int) -> str:
    """1 to 5 as dots."""
    return "●" * value + "○" * (5 - value)


def _bar(view: ModuleView, width: int) -> tuple[Piece, ...]:
    filled = round(width * view.tests_passed / view.tests_total)
    return Piece("━" * filled, "done"), Piece("━" * (width - filled), "left"), Piece(" ")
