"""Rehearses one module as an author would before committing: starter, reference, every mistake."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tinytutor.authoring.mistakes import Mistake, read_mistakes, with_mistake
from tinytutor.authoring.rehearsal import rehearse
from tinytutor.curriculum import Module
from tinytutor.notebooks.lesson import Lesson, starter_source
from tinytutor.notebooks.library import reference_solutions


def complaints(module: Module, lesson: Lesson, library_folder: Path) -> Iterator[str]:
    """One line for each way in which the module's tests don't bite or don't pass."""
    for result in rehearse(lesson, reference_solutions(lesson), library_folder):
        if not result.passed:
            yield f"reference: {result.test_id} failed: {result.message}"
    starter = {e.id: starter_source(e.solution.source) for e in lesson.exercises}
    for result in rehearse(lesson, starter, library_folder):
        if result.passed:
            yield f"starter: {result.test_id} passed on an untouched starter"
    mistakes = list(read_mistakes(module, lesson))
    with ThreadPoolExecutor(2) as pool:
        yield from (
            text
            for text in pool.map(lambda m: judge_mistake(lesson, m, library_folder), mistakes)
            if text
        )


def judge_mistake(lesson: Lesson, mistake: Mistake, library_folder: Path) -> str:
    """Empty where the named test catches the mistake with the agreed words, and none before it."""
    results = rehearse(lesson, with_mistake(lesson, mistake), library_folder)
    failed = [result for result in results if not result.passed]
    where = f"mistake {mistake.exercise_id}/{mistake.name!r}"
    if not failed:
        return f"{where}: no test failed"
    if failed[0].test_id != mistake.test:
        return f"{where}: {failed[0].test_id} failed first, expected {mistake.test}"
    if mistake.says not in failed[0].message:
        return f"{where}: the message lacks {mistake.says!r}: {failed[0].message}"
    return ""
