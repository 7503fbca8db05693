"""What a module did to its students: the four metrics to track, from progress data.

The data come as documents of `tinytutor export --format json`, one or many. Other sources, such as
submissions, need only give `StudentModule`s to `gather`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

_LARGEST = 64 << 20
_PLACES = 5
"""Places that are named per module."""


class EffectsError(ValueError):
    """A file that holds no progress data; the message names file and mend."""


@dataclass(frozen=True, slots=True)
class StudentModule:
    """One student's figures of one module."""

    module_id: str
    started: bool
    completed: bool
    active_seconds: float
    tests_passed: int
    tests_run: int
    errors: int
    confusion_reports: int
    error_places: Mapping[str, int] = field(default_factory=dict)
    """Exercise → failed tests there."""
    confusion_places: Mapping[str, int] = field(default_factory=dict)
    """Place → reports of confusion there."""


@dataclass(frozen=True, slots=True)
class Effect:
    """The metrics of one module over all students."""

    started: int
    completed: int
    errors: int
    confusion_reports: int
    median_minutes: float | None
    """Active time of those who completed it; None where nobody has."""
    pass_rate: float | None
    """Tests passed / tests run."""
    failing_places: tuple[tuple[str, int], ...]
    confusing_places: tuple[tuple[str, int], ...]

    @property
    def completion_rate(self) -> float | None:
        """Of those who started; None where nobody has."""
        return self.completed / self.started if self.started else None


def read_effects(paths: Sequence[Path]) -> dict[str, Effect]:
    """Module id → effect, from files of `tinytutor export --format json`. Raises EffectsError."""
    rows = [row for path in paths for row in _rows(path)]
    return gather(rows)


def gather(rows: Iterable[StudentModule]) -> dict[str, Effect]:
    """Module id → effect over all students."""
    by_module: dict[str, list[StudentModule]] = defaultdict(list)
    for row in rows:
        if row.started:
            by_module[row.module_id].append(row)
    return {module_id: _effect(found) for module_id, found in by_module.items()}


def _effect(rows: Sequence[StudentModule]) -> Effect:
    done = [row.active_seconds / 60 for row in rows if row.completed]
    run = sum(row.tests_run for row in rows)
    failing: Counter[str] = Counter()
    confusing: Counter[str] = Counter()
    for row in rows:
        failing.update(row.error_places)
        confusing.update(row.confusion_places)
    return Effect(
        started=len(rows),
        completed=len(done),
        errors=sum(row.errors for row in rows),
        confusion_reports=sum(row.confusion_reports for row in rows),
        median_minutes=round(median(done), 1) if done else None,
        pass_rate=round(sum(row.tests_passed for row in rows) / run, 4) if run else None,
        failing_places=tuple(failing.most_common(_PLACES)),
        confusing_places=tuple(confusing.most_common(_PLACES)),
    )


def _rows(path: Path) -> Iterator[StudentModule]:
    if path.stat().st_size > _LARGEST:
        raise EffectsError(f"{path}: larger than 64 MiB. Give one file per student.")
    try:
        document = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        raise EffectsError(
            f"{path}: no JSON. Give what `tinytutor export --format json` wrote."
        ) from None
    for each in document if isinstance(document, list) else [document]:
        modules = each.get("modules") if isinstance(each, dict) else None
        if not isinstance(modules, list):
            raise EffectsError(
                f"{path}: no progress data: the key 'modules' is missing. "
                "Give what `tinytutor export --format json` wrote."
            )
        for module in modules:
            if isinstance(module, dict) and isinstance(module.get("id"), str):
                yield _row(module)


def _row(module: Mapping[str, Any]) -> StudentModule:
    return StudentModule(
        module_id=module["id"],
        started=bool(module.get("started")),
        completed=bool(module.get("completed")),
        active_seconds=_number(module.get("active_seconds")),
        tests_passed=int(_number(module.get("tests_passed"))),
        tests_run=int(_number(module.get("tests_run"))),
        errors=int(_number(module.get("errors"))),
        confusion_reports=int(_number(module.get("confusion_reports"))),
        error_places=_counts(module.get("errors_by_exercise")),
        confusion_places=_counts(module.get("confusion_places")),
    )


def _number(value: object) -> float:
    usable = isinstance(value, int | float) and not isinstance(value, bool)
    return min(max(float(value), 0.0), 1e12) if usable else 0.0  # type: ignore[arg-type]


def _counts(value: object) -> dict[str, int]:
    if not isinstance(value, dict):
        return {}
    return {str(key)[:200]: int(_number(count)) for key, count in value.items()}
