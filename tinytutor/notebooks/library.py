"""The student's library: one file per passed module, made of the cells that say `#| export`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tinytutor.notebooks.lesson import Cell, CellKind, Lesson, reference_source

_DIRECTIVE = re.compile(r"^#\s*\|.*\n?", re.MULTILINE)
_REGION_MARK = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION[^\n]*\n?", re.MULTILINE)


def library_source(lesson: Lesson, solutions: Mapping[str, str]) -> str:
    """The text of the library file.

    Args:
        lesson: the course's lesson; its given cells are taken as they are.
        solutions: exercise id → source of the student's solution cell.
    """
    header = f"# Written when module {lesson.module_id} passes: edit the notebook, not this file."
    parts = [header]
    for cell in lesson.cells:
        if cell.exported:
            code = _code(cell, solutions)
            if code:
                parts.append(code)
    return "\n\n\n".join(parts) + "\n"


def reference_solutions(lesson: Lesson) -> dict[str, str]:
    """Exercise id → the author's solution cell."""
    return {e.id: reference_source(e.solution.source) for e in lesson.exercises}


def _code(cell: Cell, solutions: Mapping[str, str]) -> str:
    source = solutions[cell.id] if cell.kind is CellKind.SOLUTION else cell.source
    return _DIRECTIVE.sub("", _REGION_MARK.sub("", source)).strip("\n")
