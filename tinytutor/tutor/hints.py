"""Reads an author's hints. Deciding which one is next needs the progress, see `tutor`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from tinytutor.curriculum import Module


class HintsError(ValueError):
    """A hints file that can't be used."""


@dataclass(frozen=True, slots=True)
class Hint:
    """One step of help for an exercise."""

    exercise_id: str
    step: int
    """From 1."""
    total: int
    text: str


def read_hints(module: Module, exercise_id: str) -> tuple[Hint, ...]:
    """The steps for an exercise, the worked sibling example last. Raises HintsError."""
    path: Path = module.folder / "hints.yaml"
    try:
        entry = yaml.safe_load(path.read_text("utf-8"))[exercise_id]
        texts = [str(step).strip() for step in entry["steps"]]
        if entry.get("example"):
            texts.append(f"A worked example of a similar task:\n\n{str(entry['example']).rstrip()}")
    except (OSError, yaml.YAMLError, KeyError, TypeError) as problem:
        raise HintsError(f"{path}: no hints for {exercise_id!r} ({problem!r})") from None
    return tuple(
        Hint(exercise_id, step, len(texts), text) for step, text in enumerate(texts, start=1)
    )
