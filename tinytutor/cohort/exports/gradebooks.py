"""Scores in the forms that Canvas, Moodle and nbgrader import.

A student without a result gets an empty cell, which Canvas and Moodle don't take for a zero, and
a zero where nbgrader's own export has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tinytutor.cohort.exports.roster import Person
from tinytutor.cohort.exports.scores import Score
from tinytutor.curriculum import Course
from tinytutor.progress.exporting import Value, to_csv

NBGRADER_COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)
CANVAS_COLUMNS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS_POSSIBLE = "    Points Possible"
"""What the first cell of Canvas's second row begins with, blanks included."""

People = Mapping[str, Person]


def canvas(
    scores: Iterable[Score],
    course: Course,
    points: float,
    people: People,
    assignments: Mapping[str, str],
) -> bytes:
    """A Canvas gradebook; `assignments` maps module ids to Canvas's assignment ids.

    Without an id Canvas matches a column by its title, and makes a new assignment where none fits.
    """
    titles = {
        module.id: f"{module.label} ({assignments[module.id]})"
        if module.id in assignments
        else module.label
        for module in course.modules
    }
    possible: dict[str, Value] = {
        "Student": POINTS_POSSIBLE,
        **dict.fromkeys(CANVAS_COLUMNS[1:]),
        **{title: _decimals(points) for title in titles.values()},
    }
    rows = [possible]
    for student, results in _by_student(scores).items():
        person = people.get(student)
        name = f"{person.last_name}, {person.first_name}" if person and person.last_name else ""
        row: dict[str, Value] = {
            "Student": name or student,
            "ID": None,
            "SIS User ID": student,
            "SIS Login ID": None,
            "Section": None,
        }
        row |= {titles[module]: _decimals(s.points(points)) for module, s in results.items()}
        rows.append(row)
    return _plain_csv(rows, (*CANVAS_COLUMNS, *titles.values()))


def moodle(scores: Iterable[Score], course: Course, points: float, people: People) -> bytes:
    """A Moodle import: one unknown user aborts it, so a roster limits it to those enrolled."""
    columns = ["ID number", "Email address"]
    for module in course.modules:
        columns += [module.label, f"{module.label} feedback"]
    rows = []
    for student, results in _by_student(scores).items():
        if people and student not in people:
            continue
        row: dict[str, Value] = {"ID number": student, "Email address": _email(student, people)}
        for module in course.modules:
            score = results.get(module.id)
            row[module.label] = _decimals(score.points(points)) if score else None
            row[f"{module.label} feedback"] = score.remark if score else None
        rows.append(row)
    return _plain_csv(rows, columns)


def nbgrader(scores: Iterable[Score], points: float, people: People) -> bytes:
    """The table of `nbgrader export`: one row per student and module."""
    rows: list[dict[str, Value]] = []
    for score in scores:
        person = people.get(score.student, Person(score.student))
        got = score.points(points)
        rows.append(
            {
                "assignment": score.module_id,
                "duedate": None,
                "timestamp": score.at,
                "student_id": score.student,
                "last_name": person.last_name or None,
                "first_name": person.first_name or None,
                "email": person.email or None,
                "raw_score": got or 0.0,
                "late_submission_penalty": 0.0,
                "score": got or 0.0,
                "max_score": points,
            }
        )
    return to_csv(rows, NBGRADER_COLUMNS)


def _by_student(scores: Iterable[Score]) -> dict[str, dict[str, Score]]:
    found: dict[str, dict[str, Score]] = {}
    for score in scores:
        found.setdefault(score.student, {})[score.module_id] = score
    return found


def _email(student: str, people: People) -> str | None:
    person = people.get(student)
    return (person.email if person else "") or (student if "@" in student else None)


class _Decimal(float):
    """A number that is written with two decimals."""

    def __str__(self) -> str:
        return f"{float(self):.2f}"

    __repr__ = __str__


def _decimals(value: float | None) -> float | None:
    return None if value is None else _Decimal(value)


def _plain_csv(rows: Sequence[Mapping[str, Value]], columns: Sequence[str]) -> bytes:
    return to_csv(({**dict.fromkeys(columns), **row} for row in rows), columns)
