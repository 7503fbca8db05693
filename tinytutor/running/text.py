"""Makes text from outside harmless to show: no escapes, no control characters."""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    r"""
      \x1b\[ [0-?]* [ -/]* [@-~]            # CSI: colours, cursor
    | \x1b [\]PX^_] .*? (?: \x1b\\ | \x07 | $ )  # OSC, DCS, SOS, PM, APC up to their end
    | \x1b [ -/]* [0-~]                     # other two-character escapes
    | \x9b [0-?]* [ -/]* [@-~]              # CSI in its 8-bit form
    """,
    re.VERBOSE | re.DOTALL,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def plain_text(text: str) -> str:
    """The text without terminal escapes and controls; a carriage return rewrites its line."""
    text = _ESCAPES.sub("", text).replace("\r\n", "\n")
    if "\r" in text:
        text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return _CONTROLS.sub("", text)
