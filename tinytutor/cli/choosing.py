"""Which module, exercise or section a student means, named in full, in part or not at all."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tinytutor.cli.errors import UnknownPlaceError
from tinytutor.curriculum import Module
from tinytutor.notebooks.lesson import Exercise, Lesson
from tinytutor.tutor.errors import NotStartedError

if TYPE_CHECKING:
    from tinytutor.cli.session import Session


def chosen_module(session: Session, text: str | None) -> Module:
    """The module that was named, else the one last worked on. Raises NotStartedError for none."""
    if text is not None:
        return session.module(text)
    touched = {
        view.module: view.state.value
        for view in session.tutor.overview()
        if session.workspace.notebook(view.module).exists()
    }
    times = {module.id: _saved_at(session.workspace.notebook(module)) for module in touched}
    chosen = last_touched(touched, times)
    if chosen is None:
        raise NotStartedError(
            f"no module is started in {session.workspace.folder}: `tinytutor map` shows what is "
            f"open, `tinytutor start MODULE` begins it"
        )
    return chosen


def last_touched(states: Mapping[Module, str], saved_at: Mapping[str, float]) -> Module | None:
    """The module whose notebook was saved last; one that has passed only if no other is there."""
    unfinished = [module for module, state in states.items() if state != "passed"]
    candidates = unfinished or list(states)
    return max(candidates, key=lambda module: saved_at[module.id], default=None)


def exercise_of(lesson: Lesson, text: str) -> Exercise:
    """The exercise with this id or number. Raises UnknownPlaceError."""
    for exercise in lesson.exercises:
        if text in (exercise.id, str(exercise.number)):
            return exercise
    ids = [exercise.id for exercise in lesson.exercises]
    close = difflib.get_close_matches(text, ids, n=1)
    advice = f"Did you mean {close[0]!r}?" if close else f"Its exercises: {', '.join(ids)}."
    raise UnknownPlaceError(f"module {lesson.module_id} has no exercise {text!r}. {advice}")


def chosen_exercise(session: Session, module: Module, text: str | None) -> Exercise:
    """The exercise that was named, else the first that has not passed. Raises UnknownPlaceError."""
    lesson = session.tutor.lesson(module.id)
    if text is not None:
        return exercise_of(lesson, text)
    return next_exercise(lesson, passed_exercises(session, module))


def passed_exercises(session: Session, module: Module) -> frozenset[str]:
    """Ids of the exercises whose test passed when it was run last."""
    outcomes = session.tutor.progress.of(module.id).outcomes.values()
    return frozenset(o.exercise_id for o in outcomes if o.status.value == "passed")


def next_exercise(lesson: Lesson, passed: Collection[str]) -> Exercise:
    """The first exercise that has not passed, else the last one."""
    return next((e for e in lesson.exercises if e.id not in passed), lesson.exercises[-1])


def section_number(lesson: Lesson, text: str) -> int:
    """Index of the section meant by a number from 1 or by words of its title."""
    titles = [section.title for section in lesson.sections]
    if text.isascii() and text.isdigit():
        if 1 <= int(text) <= len(titles):
            return int(text) - 1
    else:
        found = _containing(titles, text.lower())
        if found:
            return found[0]
    listed = "\n".join(f"  {number} {title}" for number, title in enumerate(titles, 1))
    raise UnknownPlaceError(
        f"module {lesson.module_id} has no section {text!r}. Its sections:\n{listed}"
    )


def _containing(titles: Sequence[str], words: str) -> list[int]:
    return [index for index, title in enumerate(titles) if words in title.lower()]


def _saved_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
