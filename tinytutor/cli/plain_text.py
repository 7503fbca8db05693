"""A lesson as linear text: for a screen reader, a pager, a printer. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from tinytutor.notebooks.lesson import Cell, CellKind, Section, starter_source

_FENCE = re.compile(r"^\s*(```|~~~)")
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_STRUCTURED = re.compile(r"^\s*(\||>|[-*+]\s|\d+[.)]\s)")
_ITEM = re.compile(r"^(\s*(?:[-*+]|\d+[.)])\s+)(.*)$")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])")
_CODE = re.compile(r"(`+[^`]*`+)")

_CODE_NAMES = {
    CellKind.GIVEN: "Given code",
    CellKind.SOLUTION: "Exercise",
    CellKind.TEST: "Test",
    CellKind.EXPERIMENT: "Experiment",
}


def section_lines(section: Section, number: int, total: int, width: int = 76) -> Iterator[str]:
    """One section: a line that says where you are, then its cells."""
    yield f"[Section {number} of {total}: {section.title or 'Beginning'}]"
    for cell in section.cells:
        if cell.kind is CellKind.MAIN:
            continue
        yield ""
        yield from _code_lines(cell) if cell.is_code else markdown_lines(cell.source, width)


def markdown_lines(source: str, width: int = 76) -> Iterator[str]:
    """Markdown without its marks; fenced pictures and tables stay as they are drawn."""
    paragraph: list[str] = []
    fenced = False
    for line in [*source.splitlines(), ""]:
        opens = _FENCE.match(line) is not None
        heading = None if fenced else _HEADING.match(line)
        apart = fenced or opens or heading or not line.strip() or _STRUCTURED.match(line)
        if apart and paragraph:
            yield from _wrapped(paragraph, width)
            paragraph = []
        if opens:
            fenced = not fenced
        elif fenced:
            yield f"    {line}".rstrip()
        elif heading:
            text = _unmarked(heading[2])
            yield from (text, ("=" if len(heading[1]) == 1 else "-") * len(text))
        elif not line.strip():
            yield ""
        elif line.lstrip().startswith("|"):
            yield line.rstrip()
        else:
            paragraph.append(line)


def _wrapped(paragraph: list[str], width: int) -> Iterator[str]:
    item = _ITEM.match(paragraph[0])
    lead, first = (item[1], item[2]) if item else ("", paragraph[0].strip())
    text = " ".join([first, *(line.strip() for line in paragraph[1:])])
    yield from textwrap.wrap(
        _unmarked(text),
        width,
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _unmarked(text: str) -> str:
    """Without emphasis and link marks; what is in backquotes stays as it is."""
    parts = _CODE.split(text)
    parts[::2] = [
        _EMPHASIS.sub(r"\1", _STRONG.sub(r"\2", _LINK.sub(r"\1 (\2)", part))) for part in parts[::2]
    ]
    return "".join(parts)


def _code_lines(cell: Cell) -> Iterator[str]:
    source = starter_source(cell.source) if cell.kind is CellKind.SOLUTION else cell.source
    name = _CODE_NAMES[cell.kind]
    about = f" {cell.id}" if cell.kind in (CellKind.SOLUTION, CellKind.TEST) else ""
    yield f"[{name}{about}]"
    for line in source.splitlines():
        yield f"    {line}".rstrip()
