"""RV203: a test that cannot fail on a wrong result."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme


def _check(context: Context) -> Iterator[Hit]:
    names = {test.name for test in context.anatomy.named_tests}
    for test in context.anatomy.named_tests:
        runs_others = (test.uses & names) - {test.name}
        if not test.asserts and not runs_others:
            yield Hit(
                f"`{test.name}` asserts nothing: it passes whatever the code computes",
                test.node.lineno,
                test.name,
            )


RULE = Rule(
    code="RV203",
    name="test-asserts-nothing",
    theme=Theme.TESTING,
    severity=Severity.HIGH,
    hours=0.5,
    what="A test without an assertion, a raise, a returned comparison or a call of a checking "
    "function, "
    "helpers included.",
    why="A student with wrong code sees it pass.",
    example='def test_softmax():\n    print(softmax([1.0, 2.0]))\n    print("softmax works")',
    fix="Assert what the result must be, with a message that names the typical mistake.",
    blind="Checks in a function of another package whose name doesn't say that it checks.",
    check=_check,
)
