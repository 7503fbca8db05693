"""RV104: whether the program works could not be decided."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.outcome import Outcome


def _check(context: Context) -> Iterator[Hit]:
    run = context.execution.run
    if run.outcome is Outcome.NOT_RUN and not context.material.faults:
        yield Hit(
            f"not run ({context.execution.why_not}): whether it executes is not known",
            subject="not run",
            fix="Run the review without `--no-run`.",
        )
    elif run.outcome is Outcome.MISSING_PACKAGE:
        yield Hit(
            f"not decided: this machine lacks a package that the lesson imports ({run.error})",
            run.line,
            subject="package missing",
            fix="Install the package beside tinytutor and review again.",
        )
    elif run.outcome is Outcome.UNSOLVED:
        yield Hit(
            f"not decided: the run stops where the student is to write ({run.error})",
            run.line,
            subject="unsolved",
            fix="Review the version with the solutions.",
        )


RULE = Rule(
    code="RV104",
    name="run-not-decided",
    theme=Theme.MAIN,
    severity=Severity.LOW,
    hours=0.0,
    what="The program was not run, or its run says nothing about it: a third-party package is "
    "missing "
    "on this machine, or the exercises are empty as they are for students.",
    why="A verdict that nothing was run for would be a guess.",
    example="import torch   # on a machine without torch",
    fix="Give the review what it needs to run the lesson.",
    blind="Whether the lesson works.",
    check=_check,
)
