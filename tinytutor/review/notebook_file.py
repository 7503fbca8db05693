"""Reads `.ipynb` lessons of any nbformat, with the line in the file of every line of code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tinytutor.review.magics import cell_without_magics
from tinytutor.review.material import Cell, CellType, Fault, Material

_LARGEST = 64 << 20
"""Bytes; a larger notebook holds data, not a lesson."""


class UnreadableError(ValueError):
    """A file that is no lesson at all; the message says why."""


def read_notebook(path: Path, text: str) -> Material:
    """The lesson in an `.ipynb` file. Raises UnreadableError."""
    if len(text) > _LARGEST:
        raise UnreadableError(f"{len(text) >> 20} MiB: too large for a lesson")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"no JSON: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("nbformat"), int):
        raise UnreadableError("no notebook: the key 'nbformat' is missing")
    if content["nbformat"] != 4:
        content = _upgraded(text)
    raw_cells = content.get("cells")
    if not isinstance(raw_cells, list):
        raise UnreadableError("no notebook: the key 'cells' is missing")
    faults: list[Fault] = []
    cells: list[Cell] = []
    program: list[str] = []
    line_of: dict[int, int] = {}
    magics: list[int] = []
    places = _Places(text)
    for index, raw in enumerate(raw_cells):
        source = _source(raw)
        kind = raw.get("cell_type") if isinstance(raw, dict) else None
        first = len(program) + 1
        own = source.splitlines() or [""]
        in_one_string = isinstance(raw, dict) and isinstance(raw.get("source"), str)
        for offset, place in enumerate(places.of(own, in_one_string=in_one_string)):
            line_of[first + offset] = place
        if source is _NO_SOURCE or kind not in ("code", "markdown", "raw", "heading"):
            faults.append(Fault(first, f"cell {index + 1} is no notebook cell"))
            continue
        metadata = raw.get("metadata")
        known = metadata if isinstance(metadata, dict) else {}
        last = first + len(own) - 1
        if kind == "code":
            python, is_python = cell_without_magics(source)
            shown = python.splitlines() or [""]
            program += [*shown, *[""] * (len(own) - len(shown))]
            magics += [
                first + n for n, (a, b) in enumerate(zip(own, shown, strict=False)) if a != b
            ]
            type_ = CellType.CODE if is_python else CellType.OTHER
        else:
            program += [""] * len(own)
            type_ = CellType.OTHER if kind == "raw" else CellType.TEXT
        cells.append(Cell(index, type_, source, first, last, known))
        # A blank line between cells, so that two of them are never one statement.
        program.append("")
        line_of[len(program)] = line_of[last]
    return Material(
        path,
        "\n".join(program) + "\n",
        tuple(cells),
        True,
        True,
        line_of,
        tuple(faults),
        tuple(magics),
    )


_NO_SOURCE = ""


def _source(raw: Any) -> str:
    source = raw.get("source", _NO_SOURCE) if isinstance(raw, dict) else _NO_SOURCE
    if isinstance(source, list) and all(isinstance(part, str) for part in source):
        source = "".join(source)
    if not isinstance(source, str):
        return _NO_SOURCE
    # JSON can hold halves of characters, and NUL, which no file and no parser takes.
    clean = source.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
    return clean.replace("\r\n", "\n") or " "


def _upgraded(text: str) -> Any:
    import nbformat  # noqa: PLC0415  150 ms, only for old notebooks

    try:
        return nbformat.reads(text, as_version=4)
    except Exception as error:  # nbformat raises whatever the damage leads to
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise UnreadableError(f"an old notebook that can't be upgraded: {reason}") from None


class _Places:
    """Finds source lines in the JSON text, going forward only."""

    def __init__(self, text: str):
        self._text = text
        self._ascii = text.isascii()
        self._at = 0
        self._line = 1

    def of(self, lines: list[str], *, in_one_string: bool) -> Iterator[int]:
        """The file's line of each source line; the last known one where it can't be found."""
        for number, line in enumerate(lines):
            # A source that is one string stands on one line of the file.
            if line.strip() and not (in_one_string and number):
                wanted = json.dumps(line, ensure_ascii=self._ascii)[:-1]
                found = self._text.find(wanted, self._at)
                if found >= 0:
                    self._line += self._text.count("\n", self._at, found)
                    self._at = found
            yield self._line
