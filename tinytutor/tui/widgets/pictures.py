"""Pictures that cells draw, in the best way that the terminal has: kitty, sixel, or half blocks."""

from __future__ import annotations

import base64
import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tinytutor.tui import glyphs, text

VARIABLE = "TINYTUTOR_PICTURES"
"""Names a way to use in place of the one that is recognised."""
_MOST_PIXELS = 40_000_000


class Way(StrEnum):
    """How a picture is shown."""

    KITTY = "kitty"
    SIXEL = "sixel"
    BLOCKS = "blocks"
    NOTICE = "off"


_KITTY = ("kitty", "ghostty")
_SIXEL = ("wezterm", "foot", "contour", "mlterm", "iterm")


def way_of(environ: Mapping[str, str]) -> Way:
    """What the terminal understands, by the names that terminals give themselves.

    It is not asked: its answer would come among the student's keys.
    """
    chosen = environ.get(VARIABLE, "")
    if chosen in list(Way):
        return Way(chosen)
    if glyphs.wants_ascii(environ):
        return Way.NOTICE
    if "TEXTUAL_DRIVER" in environ or "TMUX" in environ or "STY" in environ:
        # A browser, or a multiplexer that passes neither protocol on.
        return Way.BLOCKS
    names = f"{environ.get('TERM_PROGRAM', '')} {environ.get('TERM', '')}".lower()
    if "KITTY_WINDOW_ID" in environ or any(name in names for name in _KITTY):
        return Way.KITTY
    if "KONSOLE_VERSION" in environ or any(name in names for name in _SIXEL):
        return Way.SIXEL
    return Way.BLOCKS


def picture(data: str, environ: Mapping[str, str] = os.environ) -> Widget:
    """A PNG in base64 as a widget; a notice in words where it can't be shown."""
    way = way_of(environ)
    notice = Static(Content.styled(text.PICTURE, "$text-muted"), markup=False)
    if way is Way.NOTICE:
        return notice
    with _no_questions_to_the_terminal():
        from PIL import Image  # noqa: PLC0415  80 ms, only where a picture was drawn
        from textual_image import widget  # noqa: PLC0415

    kinds = {
        Way.KITTY: widget.TGPImage,
        Way.SIXEL: widget.SixelImage,
        Way.BLOCKS: widget.HalfcellImage,
    }
    try:
        found = Image.open(io.BytesIO(base64.b64decode(data)))
        if found.width * found.height > _MOST_PIXELS:
            return notice
        found.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return notice
    shown: Widget = kinds[way](found)
    shown.add_class("picture")
    return shown


@contextmanager
def _no_questions_to_the_terminal() -> Iterator[None]:
    """textual-image asks the terminal when it is imported; here the app reads the keys already."""
    before = sys.__stdout__
    sys.__stdout__ = io.StringIO()  # type: ignore[assignment, misc]
    try:
        yield
    finally:
        sys.__stdout__ = before  # type: ignore[misc]
