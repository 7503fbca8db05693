"""What a student is asked before an experiment shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tinytutor.notebooks.lesson import CellKind, Lesson
from tinytutor.progress.events import Event, PredictionMade

TAG = "prediction"
"""Of a Markdown cell that asks."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question, and the experiment that answers it."""

    cell_id: str
    words: str
    """Markdown."""
    experiment_id: str


def prompts(lesson: Lesson) -> tuple[Prompt, ...]:
    """All experiments of a lesson that are asked about before, each with its question."""
    found: list[Prompt] = []
    question = None
    for cell in lesson.cells:
        if TAG in cell.tags:
            question = cell
        elif cell.kind is CellKind.EXPERIMENT and question is not None:
            found.append(Prompt(question.id, question.source, cell.id))
            question = None
    return tuple(found)


def made(events: Iterable[Event], module_id: str) -> dict[str, str]:
    """Cell id of the question → what the student said last."""
    return {
        event.what.cell_id: event.what.text
        for event in events
        if isinstance(event.what, PredictionMade) and event.module_id == module_id
    }
