"""Symbols of the app, and how each looks where the terminal can show ASCII only."""

from __future__ import annotations

import locale
import os
import unicodedata
from collections.abc import Mapping

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tinytutor.tutor.appearance import STATE_SYMBOLS

STATE = STATE_SYMBOLS
"""Symbol of a module's state, always shown with its word."""

TEST: Mapping[str, str] = {
    "passed": "✓",
    "failed": "✗",
    "error": "!",
    "timed_out": "◷",
    "not_reached": "–",
    "unwritten": "◌",
    "running": "▸",
    "": "○",
}
"""Symbol of a test's status; the empty status is a test that has not run yet."""

STATE_COLOUR: Mapping[str, str] = {
    "passed": "$text-success",
    "started": "$text-warning",
    "open": "$text-primary",
    "locked": "$text-muted",
    "stale": "$text-accent",
}
TEST_COLOUR: Mapping[str, str] = {
    "passed": "$text-success",
    "failed": "$text-error",
    "error": "$text-error",
    "timed_out": "$text-warning",
    "not_reached": "$text-muted",
    "unwritten": "$text-warning",
    "running": "$text-accent",
    "": "$text-muted",
}

_ASCII = str.maketrans(
    {
        **dict.fromkeys("─━╌┄═╴╶⎯–—‐‑▔▁▂▃", "-"),
        **dict.fromkeys("│┃║┆▏▎▕▐▌╷╵", "|"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╠╣╦╩╬┏┓┗┛┣┫┳┻╋╱╲", "+"),
        **dict.fromkeys("█▇▆▅▄▀▰■●▉▊▋▍", "#"),
        **dict.fromkeys("░▒▓▱□·•‣▪⋅∙", "."),
        **dict.fromkeys("○◌◯", "o"),
        **dict.fromkeys("◐◑◒◓◷", "~"),
        **dict.fromkeys("▶▸▷→›❯⇒⭢", ">"),
        **dict.fromkeys("◀◂←‹❮⇐", "<"),
        **dict.fromkeys("▲△↑⇡", "^"),
        **dict.fromkeys("▼▽↓⇣▾", "v"),
        **dict.fromkeys("“”«»„", '"'),
        **dict.fromkeys("‘’‚", "'"),
        "✓": "+",
        "✗": "x",
        "×": "x",
        "↻": "@",
        "⏎": "<",
        "…": ".",
        "≥": ">",
        "≤": "<",
        "≈": "~",
        "−": "-",
        "★": "*",
        "◆": "&",
        "☆": ".",
        "\u00a0": " ",
    }
)


def wants_ascii(environ: Mapping[str, str] | None = None) -> bool:
    """Whether to draw with ASCII alone: asked for, or the locale's encoding is not UTF-8."""
    chosen = (os.environ if environ is None else environ).get("TINYTUTOR_ASCII", "")
    if chosen:
        return chosen != "0"
    encoding = locale.getpreferredencoding(False).lower().replace("-", "").replace("_", "")
    return encoding not in ("utf8", "cp65001")


def to_ascii(text: str) -> str:
    """The text in ASCII, as wide in cells as before."""
    if text.isascii():
        return text
    return "".join(_one(char) for char in text.translate(_ASCII))


def _one(char: str) -> str:
    if char.isascii():
        return char
    width = cell_len(char)
    base = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
    return base if base.isprintable() and len(base) == width else "?" * width


class AsciiFilter(LineFilter):
    """Turns every line of the screen into ASCII, whichever widget drew it."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments with the same styles and widths."""
        return [
            Segment(to_ascii(text), style, control)
            if not control
            else Segment(text, style, control)
            for text, style, control in segments
        ]
