"""The completion stats of one workspace as rows, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence

from tinytutor.curriculum import Course
from tinytutor.progress.active_time import GAP_SECONDS, OTHER_GAPS, time_spent
from tinytutor.progress.events import Event
from tinytutor.progress.metrics import Metrics, ModuleMetrics, measure

SCHEMA_VERSION = 1
"""Of the JSON; goes up when a key changes its meaning."""

COLUMNS = (
    "student",
    "module",
    "started_at",
    "completed_at",
    "completed",
    "active_minutes",
    "tests_passed",
    "tests_total",
    "pass_rate",
    "attempts",
    "hints",
    "errors",
    "confusion_reports",
)
"""Of the table, in its order."""

Value = str | int | float | bool | None
"""Of a cell; None is an empty one."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def table_rows(metrics: Metrics, student: str) -> list[dict[str, Value]]:
    """One row per module of the course, with the keys of `COLUMNS`.

    Times are UTC, `active_minutes` is active time to the first pass (so far, while there is none).
    `tests_passed` and `tests_total` are those of the latest check that passed, else of the last
    check; `pass_rate` is their quotient. `attempts` counts checks of the whole module.
    """
    return [_table_row(module, student) for module in metrics.modules]


def _table_row(module: ModuleMetrics, student: str) -> dict[str, Value]:
    total = module.result_total
    return {
        "student": student,
        "module": module.module_id,
        "started_at": module.progress.started_at,
        "completed_at": module.progress.passed_at,
        "completed": module.completed,
        "active_minutes": round(module.time.active_seconds / 60, 2),
        "tests_passed": module.result_passed,
        "tests_total": total,
        "pass_rate": round(module.result_passed / total, 4) if total else None,
        "attempts": module.attempts,
        "hints": module.hints,
        "errors": module.errors.total,
        "confusion_reports": module.confusion_reports,
    }


def to_csv(
    rows: Iterable[Mapping[str, Value]],
    columns: Sequence[str] = COLUMNS,
    *,
    byte_order_mark: bool = False,
) -> bytes:
    """The rows as CSV (RFC 4180, UTF-8): texts guarded against formulas, numbers as numbers.

    `byte_order_mark` is for spreadsheet programs that take UTF-8 for something else without it.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([guarded(column) for column in columns])
    for row in rows:
        writer.writerow([_cell(row[column]) for column in columns])
    return text.getvalue().encode("utf-8-sig" if byte_order_mark else "utf-8", errors="replace")


def guarded(text: str) -> str:
    """The text with a `'` before it where a spreadsheet program would take it for a formula."""
    return f"'{text}" if text.lstrip(" \ufeff").startswith(_FORMULA_STARTS) else text


def _cell(value: Value) -> str | int | float | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return guarded(value) if isinstance(value, str) else value


def metrics_row(module: ModuleMetrics) -> dict[str, object]:
    """The metrics of one module as they stand in JSON.

    `tests_passed` and `tests_run` are summed over all checks of the module, `pass_rate` is their
    quotient. `active_seconds` and `elapsed_seconds` go to the first pass, or so far while there is
    none. `completion_rate` is 0 or 1, as it is one student's.
    """
    return {
        "id": module.module_id,
        "started": module.started,
        "completed": module.completed,
        "completion_rate": module.completion_rate,
        "started_at": module.progress.started_at,
        "completed_at": module.progress.passed_at,
        "active_seconds": round(module.time.active_seconds, 3),
        "elapsed_seconds": round(module.time.elapsed_seconds, 3),
        "tests_passed": module.tests_passed,
        "tests_run": module.tests_run,
        "pass_rate": module.pass_rate,
        "first_try_pass_rate": module.first_try_pass_rate,
        "attempts": module.attempts,
        "errors": module.errors.total,
        "errors_by_type": dict(module.errors.by_type),
        "errors_by_exercise": dict(module.errors.by_exercise),
        "confusion_reports": module.confusion_reports,
        "confusion_places": dict(module.confusion_places),
        "hints": module.hints,
        "solutions_shown": len(module.progress.solutions_shown),
        "overridden": module.progress.overridden,
    }


def metrics_document(
    course: Course, events: Sequence[Event], student: str | None = None
) -> dict[str, object]:
    """The metrics of this workspace as one JSON object.

    `gap_seconds` is the θ of the rule for active time; what other θ would have given stands beside
    each module's `active_seconds`, as `active_seconds_by_gap`.
    """
    metrics = measure(course, events)
    by_gap = {gap: time_spent(events, gap) for gap in (GAP_SECONDS, *OTHER_GAPS)}
    modules = []
    for module in metrics.modules:
        beside = {
            f"{gap:g}": round(spent.of(module.module_id).active_seconds, 3)
            for gap, spent in sorted(by_gap.items())
        }
        modules.append({**metrics_row(module), "active_seconds_by_gap": beside})
    return {
        "schema_version": SCHEMA_VERSION,
        "student": student,
        "course": course.id,
        "course_version": course.version,
        "gap_seconds": metrics.gap_seconds,
        "modules": modules,
        "overall": _overall_row(metrics),
    }


def _overall_row(metrics: Metrics) -> dict[str, object]:
    modules = metrics.modules
    return {
        "modules": len(modules),
        "started": metrics.started,
        "completed": metrics.completed,
        "completion_rate": metrics.completion_rate,
        "active_seconds": round(metrics.active_seconds, 3),
        "elapsed_seconds": round(metrics.elapsed_seconds, 3),
        "tests_passed": sum(module.tests_passed for module in modules),
        "tests_run": sum(module.tests_run for module in modules),
        "pass_rate": metrics.pass_rate,
        "attempts": sum(module.attempts for module in modules),
        "errors": sum(module.errors.total for module in modules),
        "confusion_reports": sum(module.confusion_reports for module in modules),
        "hints": sum(module.hints for module in modules),
    }


def to_json(document: Mapping[str, object]) -> str:
    """The document as text with a line end, in ASCII: no terminal and no encoding can break it."""
    return json.dumps(document, indent=2, allow_nan=False) + "\n"
