"""What the tutor answers: a module as the map shows it, and what a check came to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tinytutor.curriculum import Module
from tinytutor.progress.unlocking import State
from tinytutor.running.verdicts import Status, Verdict


@dataclass(frozen=True, slots=True)
class ModuleView:
    """A module with its state for this student."""

    module: Module
    state: State
    missing: tuple[str, ...]
    """Ids of the direct prerequisites that have not passed."""
    unlocks: tuple[str, ...]
    """Ids of the modules that need this one."""
    tests_passed: int
    """Tests whose last run passed."""
    tests_total: int
    """0 before the first run."""
    active_seconds: float
    attempts: int
    passed_at: str | None
    """UTC, of the first pass."""
    sentence: str
    """What to do next, or what is missing."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check of a module, or of one exercise, came to."""

    module_id: str
    exercise_id: str | None
    """None: the whole module was checked."""
    passed: bool
    """Every test that was to run was run and passed."""
    verdicts: tuple[Verdict, ...]
    newly_unlocked: tuple[str, ...]
    seconds: float
    """From the request to the last verdict."""
    notebook_sha256: str
    notes: tuple[str, ...]
    """About the notebook: repairs, duplicates, edited tests."""
    library_file: Path | None
    """Written by a pass of the whole module."""
    first_pass: bool
    fault: str | None
    """What kept the run from doing its work; then nothing is recorded as passed."""
    recorded_at: str | None = None
    """UTC of the run that this is the verdict of; None where the tests ran just now."""

    @classmethod
    def of_recorded_run(
        cls,
        verdicts: tuple[Verdict, ...],
        at: str,
        *,
        module_id: str,
        exercise_id: str | None,
        notebook_sha256: str,
        notes: tuple[str, ...],
    ) -> CheckResult:
        """The answer of a run that need not be repeated: it unlocks and writes nothing anew."""
        return cls(
            module_id=module_id,
            exercise_id=exercise_id,
            passed=all(verdict.status is Status.PASSED for verdict in verdicts),
            verdicts=verdicts,
            newly_unlocked=(),
            seconds=0.0,
            notebook_sha256=notebook_sha256,
            notes=notes,
            library_file=None,
            first_pass=False,
            fault=None,
            recorded_at=at,
        )
