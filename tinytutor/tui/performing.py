"""One run, from the request to what it came to. Draws nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tinytutor.running.events import RunEvent
from tinytutor.tui.runs import Run, RunKind
from tinytutor.tui.troubles import TROUBLES
from tinytutor.tutor.results import CheckResult

if TYPE_CHECKING:
    from tinytutor.tutor.tutor import Tutor


@dataclass(frozen=True, slots=True)
class Ended:
    """What a run came to."""

    result: CheckResult | None = None
    """Of tests; None for an experiment, and where the run could not begin."""
    problem: str = ""
    """What kept it from doing its work, or what the experiment raised."""


async def perform(
    tutor: Tutor,
    module_id: str,
    run: Run,
    on_event: Callable[[RunEvent], None],
    *,
    fresh: bool,
) -> Ended:
    """Does what was asked for. Cancelling the task ends the run.

    Unless `fresh`, tests of an unchanged notebook are answered from their last run.
    """
    try:
        if run.kind is RunKind.EXPERIMENT:
            problem = await tutor.runs.experiment(module_id, run.target, on_event=on_event)
            return Ended(problem=problem or "")
        if run.kind is RunKind.EXERCISE:
            result = await tutor.runs.try_exercise(
                module_id, run.target, on_event=on_event, fresh=fresh
            )
        else:
            result = await tutor.runs.check(module_id, on_event=on_event, fresh=fresh)
    except TROUBLES as problem:
        return Ended(problem=str(problem))
    return Ended(result, result.fault or "")
