"""A lesson of any dialect as values: cells, text and one program, parsed once for all rules."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from tinytutor.review.syntax import Index, walk


class CellType(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    CODE = "code"
    OTHER = "other"
    """Raw cells, and code of another language such as `%%bash`."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, or what stands for one in a plain file."""

    index: int
    """From 0."""
    type: CellType
    source: str
    """Markdown without its comment marks, or code."""
    line: int
    """First line of the source in the program, from 1."""
    end: int
    """Last line in the program."""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def nbgrader(self) -> Mapping[str, Any]:
        """The nbgrader metadata, empty where there is none."""
        found = self.metadata.get("nbgrader")
        return found if isinstance(found, dict) else {}

    @property
    def tags(self) -> tuple[str, ...]:
        """The cell's tags."""
        found = self.metadata.get("tags")
        return tuple(map(str, found)) if isinstance(found, list) else ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, or a bold lead-in that serves as one."""

    level: int
    """1 to 6; 7 for a bold lead-in."""
    title: str
    """Without marks, emoji and numbers at its beginning stay."""
    line: int
    cell: int


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under a heading, its subsections included."""

    heading: Heading
    text: str
    """All prose under it, the heading line left out."""
    code: tuple[ast.stmt, ...]
    """Top-level statements under it."""
    end: int
    """Last line in the program."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the lesson could not be read."""

    line: int
    message: str


_LONGEST_LINE = 4000
_FENCE = re.compile(r"^\s*(```|~~~)")
_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.+?)\s*#*\s*$")
_HTML_HEADING = re.compile(r"<h([1-6])[^>]*>(.*?)</h\1>", re.IGNORECASE)
_BOLD = re.compile(r"^\s*(?:[-*+]\s+|\d+\.\s+)?(?:\W{0,4}\s*)(\*\*|__)(.+?)\1\s*:?")
_DECORATION = re.compile(r"[*_`~]+|<[^>]+>|\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True)
class Material:
    """One lesson."""

    path: Path
    program: str
    """Python that runs the lesson from top to bottom; other lines are blank. May not parse."""
    cells: tuple[Cell, ...]
    is_notebook: bool
    """Whether the file is an `.ipynb`."""
    has_cells: bool
    """Whether the author marked cells; False for a plain script."""
    line_of: Mapping[int, int] | None = None
    """Line of the program → line of the file; None where they are the same."""
    faults: tuple[Fault, ...] = ()
    magics: tuple[int, ...] = ()
    """Lines of the program that held notebook magics or shell commands."""

    @cached_property
    def lines(self) -> list[str]:
        """Lines of the program."""
        return self.program.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        """The whole program, less the cells that do not parse."""
        return self._parsed[0]

    @cached_property
    def syntax_errors(self) -> tuple[Fault, ...]:
        """One per cell that is no Python."""
        return self._parsed[1]

    @cached_property
    def _parsed(self) -> tuple[ast.Module, tuple[Fault, ...]]:
        try:
            return ast.parse(self.program), ()
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return _parse_by_cell(self.cells, self.program)

    @cached_property
    def index(self) -> Index:
        """Every node of the program by kind."""
        return Index(walk(self.tree))

    def file_line(self, line: int) -> int:
        """The file's line of a line of the program."""
        return self.line_of.get(line, 1) if self.line_of is not None else max(line, 1)

    def cell_at(self, line: int) -> Cell | None:
        """The cell that holds a line of the program."""
        return next((cell for cell in self.cells if cell.line <= line <= cell.end), None)

    def of_type(self, kind: CellType) -> Iterator[Cell]:
        """Cells of one type, in order."""
        return (cell for cell in self.cells if cell.type is kind)

    @cached_property
    def prose(self) -> tuple[tuple[int, str], ...]:
        """Line of the program and text of each line of Markdown, fenced code left out."""
        return tuple((line, text) for line, text, fenced in _text_lines(self.cells) if not fenced)

    @cached_property
    def fenced(self) -> tuple[tuple[int, str], ...]:
        """The lines within fences."""
        return tuple((line, text) for line, text, fenced in _text_lines(self.cells) if fenced)

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """Headings of real Markdown, in order; bold lead-ins as level 7."""
        found = []
        for cell in self.of_type(CellType.TEXT):
            previous = ""
            for line, text, fenced in _text_lines((cell,)):
                if not fenced and (heading := _heading(text, previous)) is not None:
                    found.append(Heading(heading[0], heading[1], line, cell.index))
                previous = "" if fenced else text
        return tuple(found)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """One per heading, in order."""
        last = max(len(self.lines), *(cell.end for cell in self.cells), 1)
        sections = []
        for place, heading in enumerate(self.headings):
            ends = (
                other.line - 1
                for other in self.headings[place + 1 :]
                if other.level <= heading.level
            )
            end = next(ends, last)
            lines = self._prose_lines
            low, high = bisect_right(lines, heading.line), bisect_right(lines, end)
            text = "\n".join(text for _, text in self.prose[low:high])
            # A bold lead-in says its piece on the same line.
            if heading.level == 7:
                own = self.prose[low - 1][1]
                text = f"{_BOLD.sub('', own).strip()}\n{text}"
            starts = self._statement_lines
            first, after = bisect_right(starts, heading.line), bisect_right(starts, end)
            code = tuple(self.tree.body[first:after])
            sections.append(Section(heading, text, code, end))
        return tuple(sections)

    @cached_property
    def _prose_lines(self) -> list[int]:
        return [line for line, _ in self.prose]

    @cached_property
    def _statement_lines(self) -> list[int]:
        return [node.lineno for node in self.tree.body]

    @cached_property
    def title(self) -> str:
        """The first heading, or an empty text."""
        first = min((h.level for h in self.headings if h.level < 3), default=0)
        return next((h.title for h in self.headings if h.level == first), "")


def plain_title(title: str) -> str:
    """A heading's words in lower case, without emoji, numbers and marks at its ends."""
    words = title.lower().replace("’", "'")
    words = re.sub(r"^(\W|\d+[.):]?(\d+\.?)*\s)+", "", words)
    return re.sub(r"[\s:.!?–—-]+$", "", words).strip()


def words(text: str) -> int:
    """How many words a text has."""
    return len(re.findall(r"[^\W_][\w'’-]*", text))


def _text_lines(cells: Sequence[Cell]) -> Iterator[tuple[int, str, bool]]:
    for cell in cells:
        if cell.type is not CellType.TEXT:
            continue
        fenced = False
        for offset, text in enumerate(cell.source.splitlines()):
            if _FENCE.match(text):
                fenced = not fenced
                continue
            # A picture pasted into a line makes it a megabyte long, and says nothing.
            yield cell.line + offset, text[:_LONGEST_LINE], fenced


def _heading(text: str, previous: str) -> tuple[int, str] | None:
    if match := _HEADING.match(text):
        return len(match[1]), _plain(match[2])
    if match := _HTML_HEADING.search(text):
        return int(match[1]), _plain(match[2])
    if re.fullmatch(r"\s*(=+|-{3,})\s*", text) and previous.strip() and "|" not in previous:
        return (1 if "=" in text else 2), _plain(previous)
    if (match := _BOLD.match(text)) and len(match[2]) <= 60:
        return 7, _plain(match[2])
    return None


def _plain(title: str) -> str:
    return _DECORATION.sub(lambda match: match[1] or "", title).strip(" :")


def _parse_by_cell(cells: Sequence[Cell], program: str) -> tuple[ast.Module, tuple[Fault, ...]]:
    body: list[ast.stmt] = []
    faults = []
    lines = program.splitlines()
    for cell in cells:
        if cell.type is not CellType.CODE:
            continue
        source = "\n".join(lines[cell.line - 1 : cell.end])
        try:
            parsed = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            line = getattr(error, "lineno", None) or 1
            reason = getattr(error, "msg", None) or str(error) or type(error).__name__
            faults.append(Fault(cell.line + line - 1, str(reason)))
            continue
        body += ast.increment_lineno(parsed, cell.line - 1).body
    return ast.Module(body=body, type_ignores=[]), tuple(faults)
