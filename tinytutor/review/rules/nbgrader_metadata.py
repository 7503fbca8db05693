"""RV601: nbgrader metadata that nbgrader refuses, or that grades nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.material import Cell, CellType

_ID = re.compile(r"[a-zA-Z0-9_\-]+")


def _check(context: Context) -> Iterator[Hit]:
    graded = [cell for cell in context.material.cells if cell.nbgrader]
    seen: dict[str, int] = {}
    old = []
    for cell in graded:
        known = cell.nbgrader
        grade_id = known.get("grade_id")
        name = str(grade_id) if grade_id else f"cell {cell.index + 1}"
        if known.get("schema_version") != 3:
            old.append(cell)
        if grade_id is not None and not _ID.fullmatch(str(grade_id)):
            yield Hit(
                f"grade_id {grade_id!r}: only letters, digits, _ and - are allowed", cell.line, name
            )
        if isinstance(grade_id, str) and grade_id in seen:
            first = context.material.file_line(seen[grade_id])
            yield Hit(
                f"grade_id {grade_id!r} is taken by the cell at line {first}", cell.line, name
            )
        elif isinstance(grade_id, str):
            seen[grade_id] = cell.line
        yield from (
            Hit(text, cell.line, f"{name}: {text[:30]}", **more)
            for text, more in _faults(cell, name)
        )
    if old:
        yield Hit(
            f"{len(old)} of {len(graded)} cells lack schema_version 3: nbgrader takes them "
            f"for version 0 and "
            "refuses the notebook",
            old[0].line,
            "schema_version",
            fix='Add `"schema_version": 3` to each, or run `nbgrader update`.',
            severity=Severity.MEDIUM,
        )


def _faults(cell: Cell, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    known = cell.nbgrader
    grade, solution = bool(known.get("grade")), bool(known.get("solution"))
    points = known.get("points")
    number = isinstance(points, int | float) and not isinstance(points, bool)
    if grade and points is None:
        yield f"`{name}` is graded and has no points", {}
    elif points is not None and (not number or points < 0):
        yield f"`{name}` has points {points!r}: a number from 0 is needed", {}
    elif not grade and number and points:
        yield f"`{name}` has points and is not graded", {"severity": Severity.LOW}
    if grade and not solution and cell.type is CellType.TEXT:
        yield (
            f"`{name}` is a graded text that the student may not answer: it must be a "
            f"solution, too",
            {},
        )
    if solution and not grade and known.get("locked"):
        yield f"`{name}` is the student's part and is locked", {"severity": Severity.MEDIUM}
    if solution and not grade and re.match(r"\s*(@.*\n)?def test_", cell.source):
        yield (
            f"`{name}` holds a test and is tagged as the student's part: the release would "
            f"empty it",
            {},
        )


RULE = Rule(
    code="RV601",
    name="wrong-nbgrader-metadata",
    theme=Theme.NOTEBOOK,
    severity=Severity.HIGH,
    hours=0.1,
    what="A grade_id that is there twice or not allowed; graded cells without points; a "
    "graded text that is no "
    "solution; a test tagged as a solution; a locked solution; no schema_version 3 (medium).",
    why="The notebook is refused, counts the wrong points, or hands out an empty test.",
    example='# %% nbgrader={"grade": true, "grade_id": "relu", "solution": false}   # no points',
    fix="Mend the cell's metadata; `nbgrader validate` and `nbgrader update` help.",
    blind="Checksums, which nbgrader makes itself.",
    check=_check,
)
