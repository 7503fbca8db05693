"""Decides what a student may open, why not, and what to do next. Reads no files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tinytutor.curriculum import Course, Module
from tinytutor.progress.state import Progress


class State(StrEnum):
    """Where a student stands with one module."""

    LOCKED = "locked"
    """A prerequisite has not passed. It can be read, and opened by choice."""
    OPEN = "open"
    STARTED = "started"
    PASSED = "passed"
    STALE = "stale"
    """Passed, but the lesson's tests have changed since. Locks nothing."""


@dataclass(frozen=True, slots=True)
class NeedsModule:
    """A locked module waits for this one to pass."""

    module_id: str


def module_state(
    course: Course, progress: Progress, module_id: str, current_tests_sha256: str | None = None
) -> State:
    """The state of a module. Raises KeyError for one that the course doesn't have.

    Work that was begun stays open, also where a new version of the course adds a prerequisite.

    Args:
        course: the course.
        progress: the student's.
        module_id: the module.
        current_tests_sha256: `Lesson.tests_sha256` of the lesson as it is now; without it a pass is
            never stale.
    """
    known = progress.of(module_id)
    missing = _missing(course.module(module_id), progress)
    if known.passed_at is not None:
        is_stale = current_tests_sha256 not in (None, known.passed_tests_sha256)
        return State.STALE if is_stale else State.PASSED
    if known.started_at is not None:
        return State.STARTED
    return State.LOCKED if missing and not known.overridden else State.OPEN


def locked_reasons(course: Course, progress: Progress) -> dict[str, tuple[NeedsModule, ...]]:
    """For each locked module its direct prerequisites that have not passed, in their order."""
    return {
        module.id: _missing(module, progress)
        for module in course.modules
        if module_state(course, progress, module.id) is State.LOCKED
    }


def newly_unlocked(course: Course, before: Progress, after: Progress) -> tuple[str, ...]:
    """Ids of the modules that were locked and can now be worked on, in the course's order."""
    return tuple(
        module.id
        for module in course.modules
        if module_state(course, before, module.id) is State.LOCKED
        and module_state(course, after, module.id) in (State.OPEN, State.STARTED)
    )


def next_module(course: Course, progress: Progress) -> str | None:
    """What to do next: the started module touched last, else the open one with the lowest number.

    None when all have passed.
    """
    states = {module.id: module_state(course, progress, module.id) for module in course.modules}
    started = [module_id for module_id, state in states.items() if state is State.STARTED]
    if started:
        return max(started, key=lambda module_id: progress.of(module_id).last_sequence)
    is_open = (module for module in course.modules if states[module.id] is State.OPEN)
    first = min(is_open, key=lambda module: module.number, default=None)
    return first.id if first else None


def way_to(course: Course, progress: Progress, module_id: str) -> tuple[str, ...]:
    """All modules still to pass before this one opens, each after what it needs.

    Empty where nothing is missing. Raises KeyError for a module that the course doesn't have.
    """
    found: dict[str, None] = {}

    def collect(module: Module) -> None:
        for need in _missing(module, progress):
            if need.module_id not in found:
                collect(course.module(need.module_id))
                found[need.module_id] = None

    collect(course.module(module_id))
    return tuple(found)


def locked_sentence(course: Course, module_id: str, reasons: Sequence[NeedsModule]) -> str:
    """Why the module is locked, for the student: `04 Layers needs 02 Tensor: …`."""
    module = course.module(module_id)
    why = {needed.module_id: needed.reason for needed in module.requires}
    needed = [course.module(reason.module_id) for reason in reasons]
    if len(needed) == 1:
        return f"{module.label} needs {needed[0].label}: {_ended(why[needed[0].id])}"
    names = [each.label for each in needed]
    return f"{module.label} needs {', '.join(names[:-1])} and {names[-1]} to pass first."


def _missing(module: Module, progress: Progress) -> tuple[NeedsModule, ...]:
    return tuple(map(NeedsModule, progress.unpassed(module.required_ids)))


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?")) else f"{sentence}."
