"""The student's notebook file: made from a lesson, read back, and edited cell by cell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinytutor.files import sha256, write_whole
from tinytutor.notebooks.lesson import Cell, CellKind, Lesson, starter_source

MAX_BYTES = 20 * 1024 * 1024
"""A notebook larger than this is refused: it holds output that no check needs."""

MOST_CELLS = 5000


class NotebookUnreadableError(ValueError):
    """A file that is no notebook we can use; the message gives fact, place and next step."""


@dataclass(frozen=True, slots=True)
class StudentCell:
    """One cell as it stands in the student's file."""

    index: int
    """From 0."""
    id: str
    """Empty where the editor lost it."""
    grade_id: str | None
    is_code: bool
    source: str


@dataclass(frozen=True, slots=True)
class StudentNotebook:
    """A student's notebook as values."""

    cells: tuple[StudentCell, ...]

    @property
    def code_sha256(self) -> str:
        """Changes when code changes; outputs, prose and metadata don't count."""
        return sha256("\0".join(cell.source for cell in self.cells if cell.is_code))


def starter_notebook(lesson: Lesson, solutions: Mapping[str, str] | None = None) -> str:
    """A notebook file for the student, nbformat 4.5.

    Args:
        lesson: the course's lesson.
        solutions: exercise id → source to put in; without one the exercise is a stub.
    """
    cells = []
    for cell in lesson.cells:
        source = cell.source
        if cell.kind is CellKind.SOLUTION:
            source = (solutions or {}).get(cell.id) or starter_source(source)
        cells.append(_json_cell(cell, source))
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "tinytutor": {"module": lesson.module_id},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return _dump(notebook)


def read_student_notebook(path: Path) -> StudentNotebook:
    """The notebook in a file. Raises NotebookUnreadableError, FileNotFoundError."""
    return parse_student_notebook(_read_text(path), path.name)


def parse_student_notebook(text: str, name: str) -> StudentNotebook:
    """The notebook in `text`, of nbformat 3 to 4.5; `name` is for messages."""
    notebook = _upgraded(_load(text, name), name)
    if len(notebook["cells"]) > MOST_CELLS:
        raise NotebookUnreadableError(
            f"{name}: {len(notebook['cells'])} cells, at most {MOST_CELLS} are read. {_REMEDY}"
        )
    cells = []
    for index, raw in enumerate(notebook["cells"]):
        try:
            source = raw["source"]
            metadata = raw.get("metadata") or {}
            grade_id = (metadata.get("nbgrader") or {}).get("grade_id")
            cells.append(
                StudentCell(
                    index=index,
                    id=str(raw.get("id", "")),
                    grade_id=str(grade_id) if grade_id else None,
                    is_code=raw.get("cell_type") == "code",
                    source=source if isinstance(source, str) else "".join(source),
                )
            )
        except (KeyError, TypeError, AttributeError) as problem:
            raise NotebookUnreadableError(
                f"{name}: cell {index + 1} is malformed ({problem!r}). {_REMEDY}"
            ) from None
    return StudentNotebook(tuple(cells))


def with_cell_source(text: str, index: int, source: str, name: str) -> str:
    """The notebook file with the source of one cell replaced, all else as it was.

    A code cell's outputs are dropped: they belong to the old source.
    """
    notebook = _load(text, name)
    cell = notebook["cells"][index]
    cell["source"] = source.splitlines(keepends=True)
    if cell.get("cell_type") == "code":
        cell["outputs"], cell["execution_count"] = [], None
    return _dump(notebook)


def save_cell_source(path: Path, index: int, source: str) -> None:
    """Replaces one cell's source in a file; a crash leaves the old file or the new one."""
    write_whole(path, with_cell_source(_read_text(path), index, source, path.name))


_REMEDY = "Open it in Jupyter and save it, or `tinytutor reset` starts afresh and keeps a copy."


def _read_text(path: Path) -> str:
    if path.stat().st_size > MAX_BYTES:
        raise NotebookUnreadableError(
            f"{path.name}: {path.stat().st_size / 2**20:.0f} MiB, at most {MAX_BYTES // 2**20} are "
            f"read. Clear the outputs in Jupyter (Edit, Clear Outputs) and save."
        )
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as problem:
        raise NotebookUnreadableError(
            f"{path.name}: not UTF-8 text ({problem}). {_REMEDY}"
        ) from None


def _load(text: str, name: str) -> dict[str, Any]:
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as problem:  # also a number of too many digits
        raise NotebookUnreadableError(f"{name}: not JSON ({problem}). {_REMEDY}") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        raise NotebookUnreadableError(f"{name}: not a Jupyter notebook. {_REMEDY}")
    return notebook


def _upgraded(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    if notebook["nbformat"] == 4 and isinstance(notebook.get("cells"), list):
        return notebook
    import nbformat  # noqa: PLC0415  100 ms, only for notebooks of an old format

    try:
        upgraded: dict[str, Any] = nbformat.convert(nbformat.from_dict(notebook), 4)
        if isinstance(upgraded.get("cells"), list):
            return upgraded
        problem: Exception | str = "it has no list of cells"
    except Exception as error:  # nbformat raises whatever a malformed file provokes
        problem = error
    raise NotebookUnreadableError(
        f"{name}: notebook format {notebook['nbformat']} can't be read ({problem}). {_REMEDY}"
    )


def _json_cell(cell: Cell, source: str) -> dict[str, Any]:
    metadata = {**cell.metadata}
    if cell.kind in (CellKind.TEXT, CellKind.GIVEN, CellKind.TEST, CellKind.MAIN):
        metadata |= {"deletable": False, "editable": False}
    elif cell.kind is CellKind.SOLUTION:
        metadata |= {"deletable": False}
    common = {"id": cell.id, "metadata": metadata, "source": source.splitlines(keepends=True)}
    if cell.is_code:
        return {"cell_type": "code", "execution_count": None, **common, "outputs": []}
    return {"cell_type": "markdown", **common}


def _dump(notebook: dict[str, Any]) -> str:
    """JSON as Jupyter writes it, so that a diff shows what changed and nothing else."""
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
