"""RV208: a lesson without tests."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme


def _check(context: Context) -> Iterator[Hit]:
    anatomy = context.anatomy
    if anatomy.implementations and not anatomy.tests:
        names = ", ".join(f"`{each.name}`" for each in anatomy.implementations[:6])
        yield Hit(
            f"no test in the lesson: nothing tells whether {names} work",
            anatomy.implementations[0].node.lineno,
            "tests",
            severity=Severity.MEDIUM if anatomy.implementations_are_guessed else None,
            hours=min(4.0, 0.5 * len(anatomy.implementations)),
        )


RULE = Rule(
    code="RV208",
    name="no-tests",
    theme=Theme.TESTING,
    severity=Severity.HIGH,
    hours=2.0,
    what="A lesson with implementations in which nothing checks a result: no test function, "
    "no assertion, "
    "no call of a grader.",
    why="The student never learns whether the code is right.",
    example="def attention(q, k, v): ...\nprint(attention(q, k, v).shape)",
    fix="Write a test for each implementation, right after it.",
    blind="Tests in another file, and checks by eye such as plots and printed expected values.",
    check=_check,
)
