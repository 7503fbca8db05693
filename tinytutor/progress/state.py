"""Where a student stands, folded from the events. Reads no files and no clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tinytutor.progress.events import (
    AttemptFinished,
    ConfusionReported,
    Event,
    HintShown,
    ModulePassed,
    ModuleReset,
    ModuleStarted,
    Opaque,
    Overridden,
    SolutionShown,
    WorkspaceCreated,
)
from tinytutor.progress.outcomes import Scope, TestOutcome, TestStatus


@dataclass(frozen=True, slots=True)
class ModuleProgress:
    """What is known of one module. Times are UTC as in `Event.at`."""

    started_at: str | None = None
    """When the student first got the starter."""
    passed_at: str | None = None
    """When it passed for the first time."""
    passed_tests_sha256: str | None = None
    """Of the tests that the latest pass was a pass of."""
    passed_attempt_id: str | None = None
    """The check that was the latest pass."""
    overridden: bool = False
    """Opened by choice while it was locked."""
    attempts: int = 0
    """Checks of the whole module."""
    exercise_runs: int = 0
    """Runs of one exercise's tests."""
    errors: int = 0
    """Tests that failed, raised or ran out of time, over all attempts and runs."""
    outcomes: Mapping[str, TestOutcome] = field(default_factory=dict)
    """Test id → what it came to last. A check of the module replaces all, a reset clears."""
    hints: Mapping[str, int] = field(default_factory=dict)
    """Exercise id → the highest hint step shown."""
    solutions_shown: frozenset[str] = frozenset()
    """Exercise ids."""
    confusion_reports: int = 0
    resets: int = 0
    last_sequence: int = 0
    """Of the module's last event: tells which module was touched last."""

    @property
    def tests_passed(self) -> int:
        """How many tests passed when they were run last."""
        return sum(o.status is TestStatus.PASSED for o in self.outcomes.values())

    @property
    def tests_total(self) -> int:
        """How many tests `outcomes` knows: all of the module's once it was checked whole."""
        return len(self.outcomes)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a student stands in the course."""

    modules: Mapping[str, ModuleProgress] = field(default_factory=dict)
    """By module id; a module of which nothing was ever recorded is not in it."""
    created_at: str | None = None
    """When the workspace was made, UTC."""
    last_sequence: int = 0
    """Of the last event folded in: ask the store for the events after it."""
    opaque_events: int = 0
    """How many events this version could not read."""

    def of(self, module_id: str) -> ModuleProgress:
        """What is known of the module, all zero where that is nothing."""
        return self.modules.get(module_id, _UNTOUCHED)

    def unpassed(self, module_ids: Iterable[str]) -> tuple[str, ...]:
        """Those of the modules that have never passed, in the order given."""
        return tuple(each for each in module_ids if self.of(each).passed_at is None)


_UNTOUCHED = ModuleProgress()


def fold(events: Iterable[Event], start: Progress | None = None) -> Progress:
    """The progress after `events`, which follow on `start`."""
    progress = start or Progress()
    for event in events:
        progress = advance(progress, event)
    return progress


def advance(progress: Progress, event: Event) -> Progress:
    """The progress after one more event."""
    modules = progress.modules
    if event.module_id is not None:
        before = progress.of(event.module_id)
        rule = _RULES.get(type(event.what))
        changes = rule(before, event, event.what) if rule else {}
        after = replace(before, **changes, last_sequence=event.sequence)
        modules = {**modules, event.module_id: after}
    what = event.what
    return Progress(
        modules=modules,
        created_at=progress.created_at or (event.at if type(what) is WorkspaceCreated else None),
        last_sequence=max(progress.last_sequence, event.sequence),
        opaque_events=progress.opaque_events + (type(what) is Opaque),
    )


def library_sources(events: Iterable[Event]) -> dict[str, str]:
    """Library file without `.py` → its text at the latest pass: the student's whole library."""
    passes = (event.what for event in events)
    return {what.export_name: what.library_source for what in passes if type(what) is ModulePassed}


_Changes = dict[str, Any]


def _started(module: ModuleProgress, event: Event, _: ModuleStarted) -> _Changes:
    return {"started_at": module.started_at or event.at}


def _attempted(module: ModuleProgress, _: Event, attempt: AttemptFinished) -> _Changes:
    found = {outcome.test_id: outcome for outcome in attempt.tests}
    errors = module.errors + sum(outcome.is_error for outcome in attempt.tests)
    if attempt.scope is Scope.MODULE:
        return {"attempts": module.attempts + 1, "errors": errors, "outcomes": found}
    return {
        "exercise_runs": module.exercise_runs + 1,
        "errors": errors,
        "outcomes": {**module.outcomes, **found},
    }


def _passed(module: ModuleProgress, event: Event, what: ModulePassed) -> _Changes:
    return {
        "passed_at": module.passed_at or event.at,
        "passed_tests_sha256": what.tests_sha256,
        "passed_attempt_id": what.attempt_id,
    }


def _hinted(module: ModuleProgress, event: Event, hint: HintShown) -> _Changes:
    exercise_id = event.exercise_id or ""
    highest = max(hint.step, module.hints.get(exercise_id, 0))
    return {"hints": {**module.hints, exercise_id: highest}}


def _solution_shown(module: ModuleProgress, event: Event, _: SolutionShown) -> _Changes:
    return {"solutions_shown": module.solutions_shown | {event.exercise_id or ""}}


def _reset(module: ModuleProgress, event: Event, _: ModuleReset) -> _Changes:
    kept = {
        test_id: outcome
        for test_id, outcome in module.outcomes.items()
        if event.exercise_id not in (None, outcome.exercise_id)
    }
    return {"outcomes": kept, "resets": module.resets + 1}


def _confused(module: ModuleProgress, _: Event, __: ConfusionReported) -> _Changes:
    return {"confusion_reports": module.confusion_reports + 1}


def _overridden(_: ModuleProgress, __: Event, ___: Overridden) -> _Changes:
    return {"overridden": True}


_RULES: Mapping[type, Callable[[ModuleProgress, Event, Any], _Changes]] = {
    ModuleStarted: _started,
    AttemptFinished: _attempted,
    ModulePassed: _passed,
    HintShown: _hinted,
    SolutionShown: _solution_shown,
    ModuleReset: _reset,
    ConfusionReported: _confused,
    Overridden: _overridden,
}
"""What each kind of event changes in its module; the others only touch it."""
