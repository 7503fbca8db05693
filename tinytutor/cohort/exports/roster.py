"""The list of enrolled students, as an instructor's system exports it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tinytutor.cohort.errors import RosterError

MOST_BYTES = 64 * 2**20

_NAMES: Mapping[str, tuple[str, ...]] = {
    "student": ("student_id", "sis user id", "id number", "student", "id"),
    "last_name": ("last_name", "last name", "surname"),
    "first_name": ("first_name", "first name"),
    "email": ("email", "email address", "e-mail"),
}
"""Field → the headings under which systems write it, the surest first."""


@dataclass(frozen=True, slots=True)
class Person:
    """An enrolled student."""

    student: str
    """The id under which bundles are handed in."""
    last_name: str = ""
    first_name: str = ""
    email: str = ""


def read_roster(path: Path) -> dict[str, Person]:
    """Student id → person, in the order of the file. Raises RosterError, OSError."""
    rows = read_csv(path)
    header = [name.strip().lower() for name in rows[0]]
    columns = {
        field: header.index(found)
        for field, names in _NAMES.items()
        if (found := next((name for name in names if name in header), None)) is not None
    }
    if "student" not in columns:
        known = ", ".join(_NAMES["student"])
        raise RosterError(f"{path}:1: no column with the students' ids: name it one of {known}")
    people: dict[str, Person] = {}
    for line, row in enumerate(rows[1:], 2):
        values = {field: row[at].strip() for field, at in columns.items() if at < len(row)}
        student = values.get("student", "")
        if not student:
            continue
        if student in people:
            raise RosterError(f"{path}:{line}: {student!r} a second time: remove one of the lines")
        people[student] = Person(**values)
    return people


def read_csv(path: Path) -> list[list[str]]:
    """The rows of a CSV file in UTF-8, with or without a byte-order mark.

    Raises RosterError for an empty or unreadable one, OSError.
    """
    if path.stat().st_size > MOST_BYTES:
        raise RosterError(f"{path}: larger than {MOST_BYTES // 2**20} MiB, which no such list is")
    try:
        text = path.read_text("utf-8-sig")
        rows = list(_rows(text))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise RosterError(f"{path}: not CSV in UTF-8 ({problem}): export it again") from None
    if not rows:
        raise RosterError(f"{path}: empty")
    return rows


def _rows(text: str) -> Iterator[list[str]]:
    if "\0" in text:
        raise csv.Error("a NUL in it")
    yield from csv.reader(io.StringIO(text, newline=""), strict=True)
