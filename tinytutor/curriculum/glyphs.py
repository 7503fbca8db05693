"""The characters a map is drawn with: lines of Unicode's box drawing block, or plain ASCII."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntFlag, StrEnum
from functools import cache

from tinytutor.curriculum.layout import Flow


class Arms(IntFlag):
    """The sides of a cell that a line reaches from its middle."""

    NONE = 0
    UP = 1
    RIGHT = 2
    DOWN = 4
    LEFT = 8

    @property
    def crosses(self) -> bool:
        """Whether lines reach all four sides."""
        return self == Arms.UP | Arms.RIGHT | Arms.DOWN | Arms.LEFT


class Frame(StrEnum):
    """How a box is framed, so that its state shows without colour."""

    LIGHT = "light"
    HEAVY = "heavy"
    DOUBLE = "double"
    DASHED = "dashed"


@dataclass(frozen=True, slots=True)
class FrameGlyphs:
    """The characters of one frame."""

    top: str
    """Corner, side, corner."""
    bottom: str
    upright: str
    exits: Mapping[Flow, str]
    """Where edges leave the box: plain, and lit."""


@dataclass(frozen=True)
class Glyphs:
    """Everything that a map is drawn with."""

    frames: Mapping[Frame, FrameGlyphs]
    arrows: Mapping[Flow, str]
    """Where an edge enters a box."""
    plain: bool = False
    """Whether all of it is ASCII."""

    def line(self, arms: int, lit: int) -> str:
        """The character for lines that reach these sides, `Arms`; those that are lit stand out."""
        return _line(arms, lit, self.plain)


# All joints of light and heavy lines, in base 3: up, right, down, left; 0 none, 1 light, 2 heavy.
_JOINTS = " ╴╸╷┐┑╻┒┓╶─╾┌┬┭┎┰┱╺╼━┍┮┯┏┲┳╵┘┙│┤┥╽┧┪└┴┵├┼┽┟╁╅┕┶┷┝┾┿┢╆╈╹┚┛╿┦┩┃┨┫┖┸┹┞╀╃┠╂╉┗┺┻┡╄╇┣╊╋"
_ROUND = {"┌": "╭", "┐": "╮", "└": "╰", "┘": "╯"}


@cache
def _line(arms: int, lit: int, plain: bool) -> str:
    return (_ascii_line if plain else _unicode_line)(Arms(arms), Arms(lit))


def _unicode_line(arms: Arms, lit: Arms) -> str:
    index = 0
    for side in (Arms.UP, Arms.RIGHT, Arms.DOWN, Arms.LEFT):
        index = 3 * index + bool(arms & side) + bool(arms & lit & side)
    return _ROUND.get(_JOINTS[index], _JOINTS[index])


def _ascii_line(arms: Arms, lit: Arms) -> str:
    across, upright = Arms.LEFT | Arms.RIGHT, Arms.UP | Arms.DOWN
    if arms.crosses:
        # The joint `+` would read as a fork: one line passes below the other instead.
        return "=" if across in lit and upright not in lit else _ascii_line(upright, lit)
    if not arms & upright:
        return "=" if arms & lit else "-"
    if arms & lit:
        return "#"
    if not arms & across:
        return "|"
    if arms & upright == Arms.DOWN and arms & across != across:
        return "."
    return "'" if arms & upright == Arms.UP and arms & across != across else "+"


UNICODE = Glyphs(
    frames={
        Frame.LIGHT: FrameGlyphs("╭─╮", "╰─╯", "│", {Flow.DOWN: "┬┰", Flow.RIGHT: "├┝"}),
        Frame.HEAVY: FrameGlyphs("┏━┓", "┗━┛", "┃", {Flow.DOWN: "┯┳", Flow.RIGHT: "┠┣"}),
        Frame.DOUBLE: FrameGlyphs("╔═╗", "╚═╝", "║", {Flow.DOWN: "╤╤", Flow.RIGHT: "╟╟"}),
        Frame.DASHED: FrameGlyphs("╭┄╮", "╰┄╯", "┆", {Flow.DOWN: "┬┰", Flow.RIGHT: "├┝"}),
    },
    arrows={Flow.DOWN: "▼", Flow.RIGHT: "▶"},
)
ASCII = Glyphs(
    frames={
        Frame.LIGHT: FrameGlyphs("+-+", "+-+", "|", {Flow.DOWN: "+#", Flow.RIGHT: "+#"}),
        Frame.HEAVY: FrameGlyphs("###", "###", "#", {Flow.DOWN: "+#", Flow.RIGHT: "+#"}),
        Frame.DOUBLE: FrameGlyphs("+=+", "+=+", "|", {Flow.DOWN: "+#", Flow.RIGHT: "+#"}),
        Frame.DASHED: FrameGlyphs("...", ":.:", ":", {Flow.DOWN: "+#", Flow.RIGHT: "+#"}),
    },
    arrows={Flow.DOWN: "v", Flow.RIGHT: ">"},
    plain=True,
)
