"""Fills an instructor's own Canvas export: the safest way, as Canvas knows every cell of it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinytutor.cohort.errors import CanvasFileError
from tinytutor.cohort.exports.gradebooks import POINTS_POSSIBLE
from tinytutor.cohort.exports.roster import read_csv
from tinytutor.cohort.exports.scores import Score
from tinytutor.curriculum import Course, Module
from tinytutor.progress.exporting import guarded

_ASSIGNMENT = re.compile(r"(?P<title>.*?)\s*(?:\((?P<id>\d+)\))?")
_STUDENT_COLUMNS = ("sis user id", "sis login id", "id", "student")
"""Where a student's id may stand, the surest first."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled file, and what did not fit."""

    content: bytes
    columns: tuple[str, ...]
    """The assignment columns that were filled."""
    unknown_students: tuple[str, ...]
    """Students with a result who are not in the file."""
    modules_without_column: tuple[str, ...]


def fill_canvas_file(
    path: Path, scores: Iterable[Score], course: Course, assignments: Mapping[str, str]
) -> Filled:
    """The instructor's file with the modules' columns filled, all other assignments left out.

    What is left out Canvas leaves as it is, while a cell that was exported last week would undo
    what was graded since. A student without a result keeps the cell as it was. Points are of the
    file's own `Points Possible`.

    Raises CanvasFileError, RosterError, OSError.
    """
    rows = read_csv(path)
    header = rows[0]
    last_student_column = _last_student_column(path, header)
    columns = _columns(header, last_student_column, course, assignments)
    if not columns:
        raise CanvasFileError(
            f"{path}: no column for any module: give one the title of a module, such as "
            f"{course.modules[0].label!r}, or say `--assignment {course.modules[0].id}=ID`"
        )
    results: dict[str, dict[str, Score]] = {}
    for score in scores:
        if score.share is not None:
            results.setdefault(score.student, {})[score.module_id] = score
    possible = _points_possible(path, rows, columns)
    kept = [*range(last_student_column + 1), *columns]
    met: set[str] = set()
    written = [[header[at] for at in kept]]
    for row in rows[1:]:
        cells = row + [""] * (len(header) - len(row))
        student = _student_of(cells, header, results)
        if student is not None and not cells[0].startswith(POINTS_POSSIBLE):
            met.add(student)
            for at, module in columns.items():
                result = results[student].get(module.id)
                points = result.points(possible[at]) if result else None
                if points is not None:
                    cells[at] = f"{points:.2f}"
        written.append([cells[at] for at in kept])
    return Filled(
        content=_to_csv(written),
        columns=tuple(header[at] for at in columns),
        unknown_students=tuple(sorted(results.keys() - met)),
        modules_without_column=tuple(
            module.id for module in course.modules if module not in columns.values()
        ),
    )


def _last_student_column(path: Path, header: Sequence[str]) -> int:
    is_export = len(header) > 2 and "Student" in header[0] and header[1].strip() == "ID"
    sections = [at for at, name in enumerate(header) if "Section" in name]
    if not is_export or not sections:
        raise CanvasFileError(
            f"{path}: no Canvas export: its first row begins with Student, ID and has a Section. "
            f"In Canvas: Grades, Export."
        )
    return sections[0]


def _columns(
    header: Sequence[str], after: int, course: Course, assignments: Mapping[str, str]
) -> dict[int, Module]:
    """Place of a column → its module: by assignment id, else by title, number or name."""
    by_id = {assignment: course.module(module_id) for module_id, assignment in assignments.items()}
    by_title = {
        title.lower(): module
        for module in course.modules
        for title in (module.label, module.id, module.title, f"Module {module.number}")
    }
    found: dict[int, Module] = {}
    for at in range(after + 1, len(header)):
        parts = _ASSIGNMENT.fullmatch(header[at].strip())
        if parts is None:
            continue
        module = by_id.get(parts["id"] or "") or by_title.get(parts["title"].lower())
        if module is not None and module not in found.values():
            found[at] = module
    return found


def _points_possible(
    path: Path, rows: Sequence[Sequence[str]], columns: Iterable[int]
) -> dict[int, float]:
    for row in rows[1:3]:
        if row and "Points Possible" in row[0]:
            try:
                return {at: float(row[at]) for at in columns}
            except (ValueError, IndexError):
                break
    raise CanvasFileError(
        f"{path}: no row `Points Possible` with a number for each module: export it again"
    )


def _student_of(
    cells: Sequence[str], header: Sequence[str], results: Mapping[str, object]
) -> str | None:
    lower = [name.strip().lower() for name in header]
    for name in _STUDENT_COLUMNS:
        if name in lower and cells[lower.index(name)].strip() in results:
            return cells[lower.index(name)].strip()
    return None


def _to_csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(
        [cell if _is_number(cell) else guarded(cell) for cell in row] for row in rows
    )
    return text.getvalue().encode("utf-8")


def _is_number(cell: str) -> bool:
    """Whether a cell that begins with a sign is a number, or Canvas's `-` for no score."""
    try:
        float(cell)
    except ValueError:
        return cell.strip() == "-"
    return True
