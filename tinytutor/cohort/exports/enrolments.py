"""The own table: one row per student and module, as `progress.exporting` has it for one student."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from tinytutor.cohort.records.cohort import Cohort
from tinytutor.cohort.records.time_on_task import GAPS
from tinytutor.progress.exporting import SCHEMA_VERSION, Value

Naming = Callable[[str], str]
"""Student → how the student is called in the export: itself, or a pseudonym."""


def enrolment_rows(cohort: Cohort, naming: Naming = str) -> Iterator[dict[str, Value]]:
    """One row per student and module, by the name in the export and in the course's order.

    Keys are `progress.exporting.COLUMNS`, and mean the same.
    """
    for row in _sorted(cohort, naming):
        total = row["result_total"]
        yield {
            "student": row["student"],
            "module": row["module_id"],
            "started_at": utc_text(row["started_at"]),
            "completed_at": utc_text(row["completed_at"]),
            "completed": row["completed"],
            "active_minutes": round(row["active_seconds"] / 60, 2),
            "tests_passed": row["result_passed"],
            "tests_total": total,
            "pass_rate": round(row["result_passed"] / total, 4) if total else None,
            "attempts": row["attempts"],
            "hints": row["hints"],
            "errors": row["errors"],
            "confusion_reports": row["confusion_reports"],
        }


def cohort_document(cohort: Cohort, naming: Naming = str) -> dict[str, object]:
    """The cohort as one JSON object; θ and what other θ would give stand beside each time."""
    totals = {row["student"]: row for row in cohort.records("SELECT * FROM students")}
    students: dict[str, dict[str, Any]] = {}
    for row in _sorted(cohort, naming):
        own = totals[row["original"]]
        student = students.setdefault(
            row["student"],
            {
                "student": row["student"],
                "active_seconds": round(own["active_seconds"], 3),
                "elapsed_seconds": round(own["elapsed_seconds"], 3),
                "events": own["events"],
                "modules": [],
            },
        )
        student["modules"].append(_module(row))
    return {
        "schema_version": SCHEMA_VERSION,
        "cohort": cohort.about.name,
        "course": cohort.about.course,
        "course_version": cohort.about.course_version,
        "as_of": utc_text(cohort.as_of()),
        "gap_seconds": GAPS[0],
        "students": list(students.values()),
    }


def utc_text(moment: datetime | None) -> str | None:
    """A moment in UTC as every export writes it: `2026-11-22T21:47:23.867Z`."""
    return None if moment is None else moment.isoformat(timespec="milliseconds") + "Z"


def _sorted(cohort: Cohort, naming: Naming) -> list[dict[str, Any]]:
    rows = cohort.records("SELECT *, student AS original FROM enrolments")
    for row in rows:
        row["student"] = naming(row["original"])
    # By the name in the export: the order of pseudonyms must not tell that of the students.
    return sorted(rows, key=lambda row: (row["student"], row["number"]))


def _module(row: Mapping[str, Any]) -> dict[str, object]:
    run = row["tests_run"]
    return {
        "id": row["module_id"],
        "started": row["started"],
        "completed": row["completed"],
        "completion_rate": float(row["completed"]),
        "started_at": utc_text(row["started_at"]),
        "completed_at": utc_text(row["completed_at"]),
        "active_seconds": round(row["active_seconds"], 3),
        "elapsed_seconds": round(row["elapsed_seconds"], 3),
        "tests_passed": row["tests_passed"],
        "tests_run": run,
        "pass_rate": row["tests_passed"] / run if run else None,
        "attempts": row["attempts"],
        "errors": row["errors"],
        "confusion_reports": row["confusion_reports"],
        "hints": row["hints"],
        "solutions_shown": row["solutions_shown"],
        "overridden": row["overridden"],
        "active_seconds_by_gap": {
            "300": round(row["active_seconds_300"], 3),
            "600": round(row["active_seconds"], 3),
            "1800": round(row["active_seconds_1800"], 3),
        },
    }
