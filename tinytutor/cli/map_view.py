"""The map as a list, for narrow terminals and screen readers, and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tinytutor.cli.output import Piece, Tone
from tinytutor.curriculum import Course
from tinytutor.tutor.appearance import STATE_SYMBOLS

if TYPE_CHECKING:
    from tinytutor.tutor.results import ModuleView

STATE_TONES = {
    "locked": Tone.QUIET,
    "open": Tone.ACCENT,
    "started": Tone.WARN,
    "passed": Tone.GOOD,
    "stale": Tone.WARN,
}
_ASCII_SYMBOLS = {"locked": "-", "open": "o", "started": "~", "passed": "+", "stale": "@"}


def state_symbol(state: str, *, unicode: bool) -> str:
    """One character for a state; the word always stands beside it."""
    return STATE_SYMBOLS[state] if unicode else _ASCII_SYMBOLS[state]


def list_lines(views: Sequence[ModuleView], *, unicode: bool) -> Iterator[tuple[Piece, ...]]:
    """Each module in words: its state, what is missing, what to do."""
    for view in views:
        state = view.state.value
        symbol = state_symbol(state, unicode=unicode)
        yield (
            (f"{symbol} ", STATE_TONES[state]),
            (view.module.label, Tone.STRONG),
            f" ({_effort(view)})",
        )
        yield ("     ", (view.sentence, STATE_TONES[state]))


def next_line(views: Sequence[ModuleView], next_id: str | None) -> tuple[Piece, ...]:
    """The command to go on with."""
    if next_id is None:
        return (("Everything has passed.", Tone.GOOD),)
    view = next(view for view in views if view.module.id == next_id)
    verb = "start" if view.state.value == "open" else "check"
    return (
        ("Next: ", Tone.QUIET),
        (f"tinytutor {verb} {view.module.number:02d}", Tone.STRONG),
        f"  ({view.module.title})",
    )


def map_json(course: Course, views: Sequence[ModuleView], next_id: str | None) -> dict[str, Any]:
    """The map for a program."""
    return {
        "course": course.id,
        "next": next_id,
        "modules": [
            {
                "id": view.module.id,
                "number": view.module.number,
                "title": view.module.title,
                "state": view.state.value,
                "requires": list(view.module.required_ids),
                "missing": list(view.missing),
                "unlocks": list(view.unlocks),
                "difficulty": view.module.difficulty,
                "estimate_minutes": round(view.module.hours * 60),
                "active_seconds": round(view.active_seconds, 3),
                "attempts": view.attempts,
                "passed_at": view.passed_at,
            }
            for view in views
        ],
    }


def _effort(view: ModuleView) -> str:
    tests = f", {view.tests_passed} of {view.tests_total} tests pass" if view.tests_total else ""
    return f"difficulty {view.module.difficulty} of 5, {view.module.hours:g} h{tests}"
