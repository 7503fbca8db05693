"""One cohort, one form: what each format is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tinytutor.cohort.exports.canvas_file import fill_canvas_file
from tinytutor.cohort.exports.enrolments import Naming, cohort_document, enrolment_rows, utc_text
from tinytutor.cohort.exports.gradebooks import People, canvas, moodle, nbgrader
from tinytutor.cohort.exports.parquet import to_parquet
from tinytutor.cohort.exports.scores import Score, graded_scores, reported_scores
from tinytutor.cohort.exports.spreadsheet import to_xlsx
from tinytutor.cohort.exports.statements import Speaker, statements, to_lines
from tinytutor.cohort.records.cohort import Cohort
from tinytutor.progress.exporting import COLUMNS, to_csv, to_json

FORMATS = ("csv", "json", "xlsx", "parquet", "canvas", "moodle", "nbgrader", "xapi")
SUFFIXES = {"canvas": ".csv", "moodle": ".csv", "nbgrader": ".csv", "xapi": ".jsonl"}
"""Of the formats that are not called after their suffix."""
GRADEBOOKS = ("canvas", "moodle", "nbgrader")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an instructor asks of an export."""

    naming: Naming = str
    byte_order_mark: bool = False
    points: float = 100.0
    """Of a module where everything passes."""
    people: People = field(default_factory=dict)
    """From the roster, by student id."""
    assignments: Mapping[str, str] = field(default_factory=dict)
    """Module id → Canvas's id of its assignment."""
    into: Path | None = None
    """The instructor's own Canvas export."""
    graded: Mapping[tuple[str, str], tuple[float, float]] | None = None
    """(student, module) → points and most points, of the instructor's own run."""
    domain: str = ""
    """For xAPI."""


@dataclass(frozen=True, slots=True)
class Exported:
    """An export, and what the instructor should know about it."""

    content: bytes
    notes: tuple[str, ...] = ()


def export(cohort: Cohort, kind: str, wishes: Wishes) -> Exported:
    """The cohort in one of `FORMATS`.

    Raises CanvasFileError, RosterError, SpreadsheetError, ExtraMissingError, OSError.
    """
    about = {
        "cohort": cohort.about.name,
        "course": cohort.about.course,
        "course_version": cohort.about.course_version,
        "as_of": utc_text(cohort.as_of()) or "",
        "gap_seconds": cohort.about.gap_seconds,
    }
    if kind in GRADEBOOKS:
        return _gradebook(cohort, kind, wishes)
    if kind == "json":
        return Exported(to_json(cohort_document(cohort, wishes.naming)).encode())
    if kind == "xapi":
        speaker = Speaker(wishes.domain, wishes.naming)
        return Exported("".join(to_lines(statements(cohort, speaker))).encode())
    rows = enrolment_rows(cohort, wishes.naming)
    if kind == "xlsx":
        return Exported(to_xlsx(rows, COLUMNS, about))
    if kind == "parquet":
        return Exported(to_parquet(rows, about))
    return Exported(to_csv(rows, byte_order_mark=wishes.byte_order_mark))


def _gradebook(cohort: Cohort, kind: str, wishes: Wishes) -> Exported:
    scores = list(_scores(cohort, wishes))
    notes = []
    if wishes.people:
        absent = sorted({s.student for s in scores} - wishes.people.keys())
        if absent:
            notes.append(f"not in the roster: {_listed(absent)}")
    if kind == "canvas" and wishes.into is not None:
        filled = fill_canvas_file(wishes.into, scores, cohort.course, wishes.assignments)
        notes.append(f"filled: {', '.join(filled.columns)}")
        if filled.unknown_students:
            notes.append(f"not in the file: {_listed(filled.unknown_students)}")
        if filled.modules_without_column:
            notes.append(f"no column for: {', '.join(filled.modules_without_column)}")
        return Exported(filled.content, tuple(notes))
    if kind == "canvas":
        content = canvas(scores, cohort.course, wishes.points, wishes.people, wishes.assignments)
    elif kind == "moodle":
        content = moodle(scores, cohort.course, wishes.points, wishes.people)
    else:
        content = nbgrader(scores, wishes.points, wishes.people)
    return Exported(content, tuple(notes))


def _scores(cohort: Cohort, wishes: Wishes) -> Iterator[Score]:
    if wishes.graded is None:
        return reported_scores(cohort)
    return graded_scores(cohort, wishes.graded)


def _listed(names: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(names[:10])
    return f"{shown} and {len(names) - 10} more" if len(names) > 10 else shown
