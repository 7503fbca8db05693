"""RV201: a test that running the lesson does not run."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.testing import tests_never_run


def _check(context: Context) -> Iterator[Hit]:
    if not context.anatomy.mains and not context.material.is_notebook:
        return  # `no-main-block` says so already
    unrun = tests_never_run(context)
    none_runs = len(unrun) == len(context.anatomy.named_tests) > 0
    for test in unrun:
        yield Hit(
            f"`{test.name}` is defined and never called: running the lesson does not run it",
            test.node.lineno,
            test.name,
            fix=f"Call `{test.name}()` after its definition and in the main block.",
            severity=Severity.CRITICAL if none_runs and not context.material.is_notebook else None,
        )


RULE = Rule(
    code="RV201",
    name="test-never-runs",
    theme=Theme.MAIN,
    severity=Severity.HIGH,
    hours=0.25,
    what="A test that did not run when the lesson ran from top to bottom. Decided by watching "
    "which "
    "functions are entered; without a run, by following names through helpers, lists and tables. "
    "Critical where no test of the lesson runs at all.",
    why="The student sees success for something that nothing has looked at.",
    example='def test_sgd(): ...\nif __name__ == "__main__":\n    test_adam()',
    fix="Call the test after its definition and in the main block.",
    blind="Tests that an outside runner such as pytest collects; a call that only some runs reach.",
    check=_check,
)
