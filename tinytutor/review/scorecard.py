"""One module's scorecard: criteria, status, main issue and key strength. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tinytutor.review.context import Context
from tinytutor.review.findings import Allowed, Finding, Severity
from tinytutor.review.outcome import Execution, Outcome
from tinytutor.review.structure import (
    Source,
    difficulty,
    has_objectives,
    prerequisites,
    summary,
    systems_analysis,
    time_estimate,
)
from tinytutor.review.testing import immediate_tests, tests_missing_in_main, tests_never_run

ENOUGH_IMMEDIATE = 0.9
"""Share of the exercises that are tested at once, from which the pattern holds."""

Verdict = bool | None
"""None where it could not be decided; a finding then says why."""


class Status(StrEnum):
    """Whether a module can be given to students."""

    READY = "ready"
    ALMOST = "almost"
    NEEDS_WORK = "needs_work"


CRITERIA: Mapping[str, str] = {
    "critical_resolved": "All critical issues resolved",
    "main_executes": "Main block executes without errors",
    "main_runs_all_tests": "Main block runs every test",
    "prerequisites_stated": "Prerequisites clearly stated",
    "systems_analysis": "Systems analysis present",
    "immediate_tests": "Tests follow immediate pattern",
    "no_forward_dependencies": "No forward dependencies",
    "learning_progression": "Clear learning progression",
    "learning_objectives": "Learning objectives stated",
    "time_estimate": "Time estimate given",
    "difficulty": "Difficulty given",
    "summary": "Summary at the end",
}
"""Criterion → its words in a report."""


_NUMBERING = re.compile(
    r"^[^\w]*((module|lesson|chapter|week|lab|part|unit)\s+)?(\d+\s*[.:–-]?)?\s*", re.I
)


@dataclass(frozen=True)
class ModuleReview:
    """What a review says of one module."""

    id: str
    title: str
    file: str
    number: int | None
    findings: tuple[Finding, ...]
    """The worst first."""
    allowed: tuple[Allowed, ...]
    criteria: Mapping[str, Verdict]
    immediate_tests_share: float | None
    key_strength: str
    execution: Execution

    @property
    def counts(self) -> dict[Severity, int]:
        """Findings per severity."""
        return {
            severity: sum(finding.severity is severity for finding in self.findings)
            for severity in Severity
        }

    @property
    def status(self) -> Status:
        """Critical: needs work; high: almost; else ready."""
        if self.counts[Severity.CRITICAL]:
            return Status.NEEDS_WORK
        return Status.ALMOST if self.counts[Severity.HIGH] else Status.READY

    @property
    def hours(self) -> float:
        """Estimated time to mend everything."""
        return round(sum(finding.hours for finding in self.findings), 2)

    @property
    def main_issue(self) -> str:
        """The finding to begin with, empty where there is none worth it."""
        worst = [finding for finding in self.findings if finding.hours > 0]
        return worst[0].message if worst else ""

    @property
    def label(self) -> str:
        """`05 Losses`, or the title alone."""
        if self.number is None:
            return self.title
        bare = _NUMBERING.sub("", self.title).strip()
        return f"{self.number:02d} {bare or self.id}"


def ordered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """By severity, then by the time they take, then by place."""
    return tuple(sorted(findings, key=lambda f: (f.severity.rank, -f.hours, f.line, f.code)))


def criteria(context: Context, findings: Sequence[Finding]) -> dict[str, Verdict]:
    """Every criterion of the scorecard, by the evidence and the findings that stand."""
    codes = {finding.code for finding in findings}
    if not context.material.cells:
        decided: dict[str, Verdict] = dict.fromkeys(CRITERIA)
        return {**decided, "critical_resolved": False, "main_executes": False}
    stated = prerequisites(context)
    found = immediate_tests(context.anatomy)
    goals, end = has_objectives(context), summary(context) is not None
    unknown = stated.source is Source.NOWHERE and context.is_first
    tested = None if found is None else found.exercise_share >= ENOUGH_IMMEDIATE
    late_allowed = found is not None and found.late and not codes & {"RV206", "RV207", "RV208"}
    return {
        "critical_resolved": not any(f.severity is Severity.CRITICAL for f in findings),
        "main_executes": _main_executes(context, findings),
        "main_runs_all_tests": _main_runs_all(context),
        "prerequisites_stated": None
        if unknown
        else stated.source is not Source.NOWHERE and "RV302" not in codes,
        "systems_analysis": systems_analysis(context).is_given if context.code_cells else None,
        "immediate_tests": True if late_allowed else tested,
        "no_forward_dependencies": not codes & {"RV304", "RV305"},
        "learning_progression": _progression(context, goals, end, codes),
        "learning_objectives": goals,
        "time_estimate": time_estimate(context) is not None,
        "difficulty": difficulty(context) is not None,
        "summary": end,
    }


def immediate_share(context: Context) -> float | None:
    """Share of implementations tested before the next one; None where there are none."""
    found = immediate_tests(context.anatomy)
    return None if found is None else round(found.share, 4)


def _main_executes(context: Context, findings: Sequence[Finding]) -> Verdict:
    if context.material.syntax_errors:
        return False
    if any(f.code == "RV105" and f.severity is Severity.CRITICAL for f in findings):
        return False
    outcome = context.execution.run.outcome
    return {Outcome.PASSED: True, Outcome.FAILED: False}.get(outcome)


def _main_runs_all(context: Context) -> Verdict:
    anatomy = context.anatomy
    if not anatomy.named_tests:
        # Assertions that stand in cells run with them.
        return context.execution.finished or None if anatomy.tests else None
    if tests_never_run(context):
        return False
    if context.material.is_notebook or not anatomy.mains:
        return True
    missing = len(tests_missing_in_main(context))
    return missing in (0, len(anatomy.named_tests))


def _progression(context: Context, goals: bool, end: bool, codes: set[str]) -> Verdict:
    """Goals, sections and a summary make a way; whether its steps are too large a person judges."""
    sections = sum(heading.level in (2, 3) for heading in context.material.headings)
    if not goals or not end or sections < 2 or codes & {"RV404", "RV412"}:
        return False
    return None if "RV413" in codes else True


def key_strength(context: Context, found: Mapping[str, Verdict]) -> str:
    """The best that the evidence shows, in a few words; empty where nothing stands out."""
    anatomy, run = context.anatomy, context.execution.run
    tests = immediate_tests(anatomy)
    names = len(anatomy.named_tests)
    analysis = systems_analysis(context)
    strengths = []
    if tests is not None and tests.share == 1 and tests.total >= 3:
        strengths.append(f"each of its {tests.total} implementations is tested at once")
    if found["main_runs_all_tests"] and run.outcome is Outcome.PASSED and names:
        strengths.append(f"the main run passes all {names} tests in {run.seconds:.1f} s")
    if analysis.is_given and analysis.heading is not None:
        strengths.append(f"a systems analysis of its own (“{analysis.heading.title}”)")
    if found["learning_progression"]:
        strengths.append("a clear way from objectives to summary")
    if not strengths and found["prerequisites_stated"]:
        strengths.append("it says what must be known before")
    text = "; ".join(strengths[:2])
    return text[:1].upper() + text[1:]
