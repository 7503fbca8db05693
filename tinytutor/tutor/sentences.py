"""One sentence per module: what to do next, or what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from tinytutor.curriculum import Course, Module
from tinytutor.progress.unlocking import State


def sentence_for(
    course: Course,
    module: Module,
    state: State,
    missing: Sequence[str],
    unlocks: Sequence[str],
    tests: tuple[int, int],
) -> str:
    """What a student should know about a module before opening it.

    Args:
        course: for the titles.
        module: the module.
        state: of the module.
        missing: ids of prerequisites that have not passed.
        unlocks: ids of modules that need this one.
        tests: passed and total of the last runs.
    """
    opens = f" It opens {_titles(course, unlocks)}." if unlocks else ""
    if state is State.LOCKED:
        reasons = {p.module_id: p.reason for p in module.requires}
        first = missing[0]
        return f"Locked: pass {_titles(course, missing)} first. {_capital(reasons[first])}."
    if state is State.OPEN:
        return f"Open: start it. {module.goal}{opens}"
    if state is State.STARTED:
        passed, total = tests
        progress = f"{passed} of {total} tests pass. " if total else ""
        return f"Started: {progress}Go on where you left it.{opens}"
    if state is State.STALE:
        return "Passed, but its tests have changed since: check it again. Nothing is locked by it."
    return f"Passed.{opens}"


def _titles(course: Course, module_ids: Sequence[str]) -> str:
    names = [course.module(module_id).label for module_id in module_ids]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".")
