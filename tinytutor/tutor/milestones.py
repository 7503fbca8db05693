"""Milestones: what the student's own library can do, run as a program in a kernel of its own."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tinytutor.curriculum import Course, Limits, Milestone
from tinytutor.progress.events import Event, MilestoneRun
from tinytutor.progress.state import Progress
from tinytutor.running.events import (
    CellError,
    CellFinished,
    CellOutput,
    CellStatus,
    Job,
    RunCell,
    RunEvent,
)
from tinytutor.tutor.checking import fault_of

LIMITS = Limits(cell_seconds=600, notebook_seconds=600)
"""Ten times what the slowest milestone takes on a small machine."""
_PROGRAM, _RUN = "program", "run"


Figures = Mapping[str, object]
"""What a program measured: name → number."""


@dataclass(frozen=True, slots=True)
class MilestoneView:
    """A milestone with its state for this student."""

    milestone: Milestone
    missing: tuple[str, ...]
    """Ids of the modules that have not passed."""
    reached: bool
    figures: Figures
    """Of the last run that reached the gate, else of the last run."""


@dataclass(frozen=True, slots=True)
class MilestoneResult:
    """What a run of a milestone came to."""

    milestone_id: str
    seed: int
    reached: bool
    message: str
    """Why the gate was not reached; empty where it was."""
    figures: Figures
    seconds: float


def milestone_views(
    course: Course, progress: Progress, events: Iterable[Event]
) -> tuple[MilestoneView, ...]:
    """All milestones of the course, in its order."""
    last: dict[str, MilestoneRun] = {}
    for event in events:
        run = event.what
        if isinstance(run, MilestoneRun):
            before = last.get(run.milestone_id)
            if run.reached or before is None or not before.reached:
                last[run.milestone_id] = run
    return tuple(
        MilestoneView(
            milestone=milestone,
            missing=progress.unpassed(milestone.requires),
            reached=milestone.id in last and last[milestone.id].reached,
            figures=_figures_of(last[milestone.id]) if milestone.id in last else {},
        )
        for milestone in course.milestones
    )


def milestone_job(milestone: Milestone, seed: int) -> Job:
    """The program, then the call that runs it."""
    return Job(
        cells=(
            RunCell(_PROGRAM, milestone.program.read_text("utf-8"), LIMITS.cell_seconds),
            RunCell(_RUN, f"run({seed})", LIMITS.cell_seconds),
        ),
        seconds=LIMITS.notebook_seconds,
        memory_mib=LIMITS.memory_mib,
        output_bytes=LIMITS.output_kib * 1024,
    )


def judge_milestone(milestone: Milestone, seed: int, events: Sequence[RunEvent]) -> MilestoneResult:
    """The gate is reached where the program ended without an error and returned its figures."""
    finished = {e.cell_id: e for e in events if isinstance(e, CellFinished)}
    fault = fault_of(events)
    bad = next((e for e in finished.values() if e.status is not CellStatus.OK), None)
    if bad is not None:
        message = _explain(bad.status, bad.error)
    elif _RUN not in finished:
        message = fault or "the run ended before the program"
    else:
        message = ""
    seconds = sum(event.seconds for event in finished.values())
    return MilestoneResult(
        milestone.id, seed, not message, message, _returned(events), round(seconds, 3)
    )


def in_words(figures: Figures) -> str:
    """The figures in one line for a reader."""
    return ", ".join(f"{name} {value}" for name, value in figures.items())


def recorded(result: MilestoneResult) -> MilestoneRun:
    """What is kept of a run."""
    return MilestoneRun(
        milestone_id=result.milestone_id,
        seed=result.seed,
        reached=result.reached,
        figures=json.dumps(result.figures),
        seconds=result.seconds,
    )


def is_result(event: RunEvent) -> bool:
    """Whether an output is the value that the program returned, which is no picture for people."""
    return (
        isinstance(event, CellOutput) and event.cell_id == _RUN and _parse(event.data) is not None
    )


def _returned(events: Sequence[RunEvent]) -> Figures:
    outputs = [e.data for e in events if isinstance(e, CellOutput) and e.cell_id == _RUN]
    return next((f for f in map(_parse, reversed(outputs)) if f is not None), {})


def _parse(text: str) -> dict[str, object] | None:
    """A printed dict of names to numbers. Self-reported: figures, no proof."""
    try:
        value = ast.literal_eval(text.strip()) if text.startswith("{") else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    return {str(k): v for k, v in value.items() if isinstance(v, int | float | str)}


def _explain(status: CellStatus, error: CellError | None) -> str:
    if error is None:
        return {
            CellStatus.TIMED_OUT: f"still running after {LIMITS.cell_seconds:g} s",
            CellStatus.DIED: "the kernel ended while it ran",
        }.get(status, "it did not run")
    if error.type == "Mismatch":
        return error.message
    return f"{error.type}: {error.message}"


def _figures_of(run: MilestoneRun) -> Figures:
    try:
        value = json.loads(run.figures)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
