"""Reads `.py` lessons: percent, light, nbconvert's `# In[ ]:` and plain scripts.

Of our own and not jupytext's, because a finding needs the line of the author's file.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tinytutor.review.magics import without_magics
from tinytutor.review.material import Cell, CellType, Material
from tinytutor.review.syntax import Index, walk

_PERCENT = re.compile(r"^# ?%%+(?P<rest>\s.*|\[.*)?$")
"""`# %%time` is a magic that was commented out, and no marker."""
_OTHER_MARKER = re.compile(
    r"^# (In\s?\[[ \d*]*\]:?|<(code|markdown)cell>|-|\+(\s*|\s+(\[(markdown|md|raw)\]|"
    r"[{\w]+=|\{).*))\s*$"
)
"""Of nbconvert, of old notebooks, and of jupytext's light format; `# - x` is an item of a list."""
_MARKDOWN = re.compile(r"\[(markdown|md)\]")
_RAW = re.compile(r"\[raw\]")
_KEY = re.compile(r"([A-Za-z_][\w.-]*)\s*=\s*(?=[\[{\"\d]|true|false|null)")
_PREAMBLE = re.compile(r"^#!|^# -\*-|^# coding[:=]|^#?\s*$")
_COMMENT_HEADING = re.compile(r"^# #{1,6} \S")
_DIRECTIVE = re.compile(r"^#\s*\|")


def read_script(path: Path, text: str) -> Material:
    """The lesson in a `.py` file."""
    program, magics = without_magics(text)
    lines = program.splitlines()
    try:
        tree: ast.Module | None = ast.parse(program)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = None
    index = Index(walk(tree)) if tree is not None else None
    hidden = _lines_in_strings(index)
    marks = [n for n, line in enumerate(lines, 1) if n not in hidden and _PERCENT.match(line)]
    if marks:
        cells = list(_percent_cells(lines, marks, tree))
    else:
        cells = list(_light_cells(lines, hidden, tree))
    cells = [replace(cell, index=place) for place, cell in enumerate(cells)]
    marked = bool(marks) or any(
        n not in hidden and _OTHER_MARKER.match(line) for n, line in enumerate(lines, 1)
    )
    material = Material(path, program, tuple(cells), False, marked, None, (), magics)
    if tree is not None:
        # Parsed and walked already: the material need not do it again.
        material.__dict__.update(_parsed=(tree, ()), index=index)
    return material


def looks_like_lesson(text: str) -> bool:
    """Whether a `.py` file was written as a lesson: cell markers or Markdown in comments."""
    return any(
        _PERCENT.match(line)
        or _OTHER_MARKER.match(line)
        or line.startswith(("# In[", "#| default_exp", "# # "))
        for line in text.splitlines()
    )


def _lines_in_strings(index: Index | None) -> set[int]:
    """Lines that begin within a string, where a cell marker is none."""
    if index is None:
        return set()
    return {
        line
        for node in (*index.of(ast.Constant), *index.of(ast.JoinedStr))
        if node.end_lineno != node.lineno
        for line in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)
    }


def _percent_cells(
    lines: Sequence[str], marks: Sequence[int], tree: ast.Module | None
) -> Iterator[Cell]:
    strings = _text_statements(tree)
    first = _header_end(lines) + 1
    if any(line.strip() for line in lines[first - 1 : marks[0] - 1]):
        yield _code(lines, first, marks[0] - 1, {})
    for mark, following in zip(marks, [*marks[1:], len(lines) + 1], strict=True):
        rest = lines[mark - 1].partition("%%")[2].lstrip("%")
        metadata = _metadata(rest)
        if _MARKDOWN.search(rest):
            yield from _markdown_cell(lines, mark + 1, following - 1, metadata, strings)
        elif _RAW.search(rest):
            source = "\n".join(lines[mark : following - 1])
            yield Cell(0, CellType.OTHER, source, mark + 1, following - 1, metadata)
        else:
            yield _code(lines, mark + 1, following - 1, metadata)


def _markdown_cell(
    lines: Sequence[str],
    first: int,
    last: int,
    metadata: dict[str, Any],
    strings: Sequence[ast.Expr],
) -> Iterator[Cell]:
    """A Markdown cell, written as a string or as comments; code after it is a cell of its own."""
    inside = [node for node in strings if first <= node.lineno <= last]
    if inside:
        text, line = _string_text(inside[0], lines)
        end = inside[0].end_lineno or line
        yield Cell(0, CellType.TEXT, text, line, end, metadata)
        if any(line.strip() and not line.startswith("#") for line in lines[end:last]):
            yield _code(lines, end + 1, last, {"in_markdown_cell": True})
        return
    body = lines[first - 1 : last]
    comments = [re.sub(r"^# ?", "", line) for line in body]
    strays = [n for n, line in enumerate(body, first) if line.strip() and line[:1] != "#"]
    end = strays[0] - 1 if strays else last
    yield Cell(0, CellType.TEXT, "\n".join(comments[: end - first + 1]), first, end, metadata)
    if strays:
        yield _code(lines, strays[0], last, {"in_markdown_cell": True})


def _text_statements(tree: ast.Module | None) -> list[ast.Expr]:
    if tree is None:
        return []
    return [
        node
        for node in tree.body
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]


def _string_text(node: ast.Expr, lines: Sequence[str]) -> tuple[str, int]:
    """The text of a string statement and the line on which it begins, taken from the file."""
    end = node.end_lineno or node.lineno
    raw = "\n".join(lines[node.lineno - 1 : end])
    raw = re.sub(r"^\s*[rRuUbBfF]*(\"\"\"|'''|\"|')", "", raw)
    raw = re.sub(r"(\"\"\"|'''|\"|')\s*;?\s*(#.*)?$", "", raw)
    blank = len(raw) - len(raw.lstrip("\n"))
    return raw.strip("\n"), node.lineno + blank


def _metadata(rest: str) -> dict[str, Any]:
    """`key=json` pairs behind a cell marker; what is no JSON is left out."""
    found: dict[str, Any] = {}
    decoder = json.JSONDecoder()
    place = 0
    while match := _KEY.search(rest, place):
        try:
            found[match[1]], place = decoder.raw_decode(rest, match.end())
        except ValueError:
            place = match.end()
    return found


def _code(lines: Sequence[str], first: int, last: int, metadata: dict[str, Any]) -> Cell:
    return Cell(0, CellType.CODE, "\n".join(lines[first - 1 : last]), first, last, metadata)


def _header_end(lines: Sequence[str]) -> int:
    """How many lines the preamble and the jupytext header take."""
    number = 0
    while number < len(lines) and _PREAMBLE.match(lines[number]):
        number += 1
    if number < len(lines) and lines[number].rstrip() == "# ---":
        for after, line in enumerate(lines[number + 1 :], number + 2):
            if line.rstrip() == "# ---":
                return after
            if not line.startswith("#"):
                break
    return number


def _light_cells(lines: Sequence[str], hidden: set[int], tree: ast.Module | None) -> Iterator[Cell]:
    """Cells of a script without percent markers: paragraphs of comment are its Markdown."""
    strings = {node.lineno: node for node in _text_statements(tree)}
    first = number = _header_end(lines) + 1
    metadata: dict[str, Any] = {}
    total = len(lines)

    def code_until(last: int) -> Iterator[Cell]:
        if any(line.strip() for line in lines[first - 1 : last]):
            yield _code(lines, first, last, metadata)

    while number <= total:
        line = lines[number - 1]
        if number in hidden:
            number += 1
        elif number in strings:
            node = strings[number]
            text, start = _string_text(node, lines)
            yield from code_until(number - 1)
            end = node.end_lineno or number
            yield Cell(0, CellType.TEXT, text, start, end, {})
            number = first = end + 1
            metadata = {}
        elif _OTHER_MARKER.match(line):
            yield from code_until(number - 1)
            metadata = _metadata(line)
            number = first = number + 1
        elif line.startswith("#") and not _DIRECTIVE.match(line):
            end = number
            while end < total and lines[end].startswith("#") and not _DIRECTIVE.match(lines[end]):
                if _OTHER_MARKER.match(lines[end]):
                    break
                end += 1
            block = lines[number - 1 : end]
            alone = end == total or not lines[end].strip() or _OTHER_MARKER.match(lines[end])
            if alone or _COMMENT_HEADING.match(line):
                yield from code_until(number - 1)
                text = "\n".join(re.sub(r"^#+? ?", "", each, count=1) for each in block)
                yield Cell(0, CellType.TEXT, text, number, end, {})
                first, metadata = end + 1, {}
            number = end + 1
        else:
            number += 1
    yield from code_until(total)
