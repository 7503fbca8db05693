"""Reads a module's recorded mistakes and puts them into its reference solutions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from tinytutor.curriculum import Module
from tinytutor.notebooks.lesson import Lesson
from tinytutor.notebooks.library import reference_solutions


@dataclass(frozen=True, slots=True)
class Mistake:
    """A typical wrong solution and how a test must name it."""

    exercise_id: str
    name: str
    replace: str
    """Text of the reference cell; occurs exactly once."""
    replacement: str
    test: str
    """The test that must fail."""
    says: str
    """Words that its message must contain."""


def read_mistakes(module: Module, lesson: Lesson) -> Iterator[Mistake]:
    """All mistakes of a module, in the order of the exercises. Raises ValueError, OSError."""
    for exercise in lesson.exercises:
        path = module.folder / "mistakes" / f"{exercise.id}.yaml"
        for position, entry in enumerate(yaml.safe_load(path.read_text("utf-8")), 1):
            try:
                yield Mistake(
                    exercise_id=exercise.id,
                    name=str(entry["name"]),
                    replace=str(entry["replace"]).rstrip("\n"),
                    replacement=str(entry["with"] or "").rstrip("\n"),
                    test=str(entry["test"]),
                    says=str(entry["says"]),
                )
            except (KeyError, TypeError) as problem:
                raise ValueError(f"{path}: entry {position}: {problem!r} is missing") from None


def with_mistake(lesson: Lesson, mistake: Mistake) -> dict[str, str]:
    """The reference solutions with one mistake put in. Raises ValueError where it doesn't fit."""
    solutions = reference_solutions(lesson)
    source = solutions[mistake.exercise_id]
    count = source.count(mistake.replace)
    if count != 1:
        raise ValueError(
            f"{lesson.module_id}/mistakes/{mistake.exercise_id}.yaml: {mistake.name!r}: "
            f"its `replace` occurs {count} times in the reference, it must occur once"
        )
    solutions[mistake.exercise_id] = source.replace(mistake.replace, mistake.replacement)
    return solutions
