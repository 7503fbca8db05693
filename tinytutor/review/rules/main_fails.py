"""RV103: the program ends with an error."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.outcome import Outcome


def _check(context: Context) -> Iterator[Hit]:
    run, alone = context.execution.run, context.execution.alone
    if run.outcome is Outcome.FAILED and not context.material.syntax_errors:
        depends = ""
        if alone is not None and alone.outcome is Outcome.PASSED:
            depends = " It runs without the library of earlier modules: the outcome depends on it."
        yield Hit(f"the straight run ends with {run.error}.{depends}", run.line, run.error[:40])
    elif run.outcome is Outcome.TIMED_OUT:
        yield Hit(
            f"the straight run is {run.error}: whether it works can't be told",
            subject="timeout",
            severity=Severity.HIGH,
        )


RULE = Rule(
    code="RV103",
    name="run-fails",
    theme=Theme.MAIN,
    severity=Severity.CRITICAL,
    hours=1.0,
    what="The lesson, run from top to bottom as a program with the library of earlier modules "
    "on the "
    "path, ends with an error, a non-zero exit status, or not in time.",
    why="A student who does everything right still sees a failure.",
    example="layer = Linear(3, 2)\nlayer.forwrd(x)   # AttributeError when the lesson runs",
    fix="Run the file in a clean process, mend the first error, and run it again.",
    blind="What a seed, a date or another machine would bring about; one run is one run.",
    check=_check,
)
