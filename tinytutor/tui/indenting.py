"""What the editor does with Enter, Backspace and comment keys. Pure functions over lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

WIDTH = 4
_LEAVES = re.compile(r"^\s*(return|raise|break|continue|pass)\b")
_INDENT = re.compile(r"[ \t]*")


def indent_of(line: str) -> str:
    """The white space that the line begins with."""
    match = _INDENT.match(line)
    return match[0] if match else ""


def next_indent(line_before_cursor: str) -> str:
    """The white space of a line opened after this text: deeper after a colon, back after return."""
    indent = indent_of(line_before_cursor)
    code = _without_comment(line_before_cursor).rstrip()
    if code.endswith((":", "(", "[", "{")):
        return indent + " " * WIDTH
    if _LEAVES.match(code):
        return indent[:-WIDTH]
    return indent


def backspace_width(line_before_cursor: str) -> int:
    """How many characters Backspace takes: within the indent, back to the stop before."""
    if line_before_cursor and not line_before_cursor.strip(" "):
        return (len(line_before_cursor) - 1) % WIDTH + 1
    return 1


def shifted(lines: Sequence[str], *, deeper: bool) -> list[str]:
    """The lines one step to the right, or to the left as far as they can go."""
    if deeper:
        return [" " * WIDTH + line if line.strip() else line for line in lines]
    return [line[min(WIDTH, len(line) - len(line.lstrip(" "))) :] for line in lines]


def comments_toggled(lines: Sequence[str]) -> list[str]:
    """The lines as comments, or as code again where all of them are comments."""
    written = [line for line in lines if line.strip()]
    if written and all(line.lstrip().startswith("#") for line in written):
        return [re.sub(r"^(\s*)# ?", r"\1", line) for line in lines]
    column = min((len(indent_of(line)) for line in written), default=0)
    return [f"{line[:column]}# {line[column:]}" if line.strip() else line for line in lines]


def _without_comment(line: str) -> str:
    """The line up to a `#` that stands outside quotes."""
    quote = ""
    for index, char in enumerate(line):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "#":
            return line[:index]
    return line
