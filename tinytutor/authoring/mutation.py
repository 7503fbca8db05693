"""Mutation testing of a module: how many small wrong versions of its solutions its tests notice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import yaml

from tinytutor.authoring.mutants import Mutant, mutants_of
from tinytutor.authoring.rehearsal import rehearse
from tinytutor.curriculum import Module
from tinytutor.notebooks.lesson import Lesson
from tinytutor.notebooks.library import reference_solutions

LEAST_KILL_RATE = 0.9
"""What a module's tests must reach."""
SECONDS = 60.0
"""A mutant whose run takes longer, for instance an endless loop, was noticed."""


@dataclass(frozen=True, slots=True)
class MutationReport:
    """What became of a module's mutants."""

    module_id: str
    total: int
    survivors: tuple[Mutant, ...]
    """Those that no test noticed."""
    excused: int
    """Survivors that `equivalent.yaml` lists with a reason."""

    @property
    def kill_rate(self) -> float:
        """Noticed mutants as a share of all; excused ones count as survivors."""
        return 1 - len(self.survivors) / self.total if self.total else 1.0

    @property
    def unexplained(self) -> int:
        """Survivors without a reason."""
        return len(self.survivors) - self.excused


def mutate_module(
    module: Module,
    lesson: Lesson,
    library_folder: Path,
    *,
    jobs: int = 2,
    on_progress: Callable[[int, int], None] | None = None,
) -> MutationReport:
    """Rehearses every mutant of a module.

    Args:
        module: the module.
        lesson: its lesson.
        library_folder: the folder that holds the reference library.
        jobs: rehearsals at a time.
        on_progress: is called with done and total after each.
    """
    mutants = [mutant for exercise in lesson.exercises for mutant in mutants_of(exercise)]
    reference = reference_solutions(lesson)
    survivors: list[Mutant] = []

    def survives(mutant: Mutant) -> bool:
        solutions = {**reference, mutant.exercise_id: mutant.source}
        return all(r.passed for r in rehearse(lesson, solutions, library_folder, seconds=SECONDS))

    with ThreadPoolExecutor(jobs) as pool:
        for done, (mutant, alive) in enumerate(
            zip(mutants, pool.map(survives, mutants), strict=True), start=1
        ):
            if alive:
                survivors.append(mutant)
            if on_progress is not None:
                on_progress(done, len(mutants))
    reasons = read_reasons(module)
    excused = sum(1 for mutant in survivors if reason_for(mutant, reasons))
    return MutationReport(module.id, len(mutants), tuple(survivors), excused)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a survivor may survive: an entry of `equivalent.yaml`."""

    exercise_id: str
    kind: str
    code: str
    why: str


def read_reasons(module: Module) -> tuple[Reason, ...]:
    """The entries of the module's `equivalent.yaml`; none where there is no such file."""
    path = module.folder / "equivalent.yaml"
    if not path.exists():
        return ()
    entries = yaml.safe_load(path.read_text("utf-8")) or []
    return tuple(Reason(e["exercise"], e["kind"], e["code"], e["why"]) for e in entries)


def reason_for(mutant: Mutant, reasons: Sequence[Reason]) -> str:
    """Why a survivor may survive, or an empty text."""
    for reason in reasons:
        if (reason.exercise_id, reason.kind, reason.code) == (
            mutant.exercise_id,
            mutant.kind,
            mutant.code,
        ):
            return reason.why
    return ""
