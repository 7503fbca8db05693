"""RV202: a test that runs, but not from the main block."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.testing import tests_missing_in_main, tests_never_run


def _check(context: Context) -> Iterator[Hit]:
    anatomy = context.anatomy
    if not anatomy.mains or not anatomy.named_tests:
        return
    never = {test.name for test in tests_never_run(context)}
    missing = [test for test in tests_missing_in_main(context) if test.name not in never]
    if not missing:
        return
    main = anatomy.mains[-1]
    if len(missing) == len(anatomy.named_tests):
        yield Hit(
            "the main block runs no test; all of them run while the file is read",
            main.lineno,
            "main",
            fix="Call every test in the main block.",
        )
        return
    for test in missing:
        yield Hit(
            f"the main block leaves out `{test.name}` (line "
            f"{context.material.file_line(test.node.lineno)})",
            main.lineno,
            test.name,
            fix=f"Add `{test.name}` to the tests that the main block runs.",
        )


RULE = Rule(
    code="RV202",
    name="main-block-omits-test",
    theme=Theme.MAIN,
    severity=Severity.MEDIUM,
    hours=0.1,
    what="A test that is called after its definition but not from the main block, in a lesson "
    "whose "
    "main block runs others, or runs none.",
    why="Whoever trusts the main block's last line believes that all was tested.",
    example='test_relu()\ntest_tanh()\nif __name__ == "__main__":\n    test_relu()',
    fix="Let the main block run every test.",
    blind="A test that another test covers in full.",
    check=_check,
)
