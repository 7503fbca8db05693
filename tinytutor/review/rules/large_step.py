"""RV413: steps that may be too large."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.sizes import (
    DEEPEST,
    LONGEST_FUNCTION,
    MOST_BEFORE_FIRST_TEST,
    before_first_test,
    deepest,
    functions_by_length,
)


def _check(context: Context) -> Iterator[Hit]:
    for function, length in functions_by_length(context.anatomy)[:3]:
        if length > LONGEST_FUNCTION:
            yield Hit(
                f"`{function.name}` has {length} lines of code: a large step for one exercise?",
                function.lineno,
                function.name,
            )
    if (found := deepest(context.anatomy)) is not None and found[1] > DEEPEST:
        function, depth = found
        yield Hit(
            f"`{function.name}` nests {depth} levels deep: could it be cut into named parts?",
            function.lineno,
            f"nesting {function.name}",
        )
    count = before_first_test(context.anatomy)
    if count > MOST_BEFORE_FIRST_TEST:
        yield Hit(
            f"{count} definitions come before the first test: too many ideas at once?",
            context.anatomy.implementations[0].node.lineno,
            "before first test",
        )


RULE = Rule(
    code="RV413",
    name="large-step",
    theme=Theme.COMPLEXITY,
    severity=Severity.MEDIUM,
    hours=1.0,
    what=f"A function that the student writes with more than {LONGEST_FUNCTION} lines of code "
    f"(docstring and "
    f"comments left out), loops and conditions nested more than {DEEPEST} deep, or more than "
    f"{MOST_BEFORE_FIRST_TEST} definitions before the first test. A hint for a person.",
    why="A step is learned when it fits the mind at once.",
    example="def forward(self, x):   # 70 lines, seven loops",
    fix="Cut it into steps with a test each, or say why it must be whole.",
    blind="Whether it is hard: sizes are hints, and a person judges.",
    check=_check,
)
