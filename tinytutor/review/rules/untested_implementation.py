"""RV206: an implementation whose test does not come at once."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.testing import immediate_tests

_MOST = 3
"""More late ones than this are told in one finding."""


def _check(context: Context) -> Iterator[Hit]:
    found = immediate_tests(context.anatomy)
    if found is None or not context.anatomy.tests or not found.late:
        return
    severity = Severity.MEDIUM if context.anatomy.implementations_are_guessed else None
    if len(found.late) > _MOST:
        untested = [name for late in found.late for name in late.names]
        listed = ", ".join(f"`{name}`" for name in untested[:12])
        listed += " and more" if untested[12:] else ""
        yield Hit(
            f"{found.total - found.immediate} of {found.total} implementations have no test before "
            f"the next one: {listed}",
            found.late[0].line,
            "many",
            hours=min(6.0, 0.5 * len(found.late)),
            severity=severity,
        )
        return
    for late in found.late:
        names = ", ".join(f"`{name}`" for name in late.names)
        where = "no test of the lesson uses it"
        if late.tested_at:
            where = f"its test comes only at line {context.material.file_line(late.tested_at)}"
        yield Hit(
            f"{names}: no test before the next implementation; {where}",
            late.line,
            ",".join(late.names),
            fix=f"Put a test of {names} in the cell after it, and call it there.",
            severity=severity,
        )


RULE = Rule(
    code="RV206",
    name="implementation-not-tested-at-once",
    theme=Theme.TESTING,
    severity=Severity.HIGH,
    hours=0.5,
    what="A definition that the student writes and that no test follows before the next one. "
    "Definitions "
    "of one cell share a test; inline assertions, aliases and grader calls count.",
    why="The student goes on with code that may be wrong, and meets the fault where it isn't.",
    example="def relu(x): ...\n# next cell\ndef tanh(x): ...\n# next cell\ndef test_relu(): ...",
    fix="Put the test in the cell after the implementation and call it there.",
    blind="Tests that live in another file. What the student writes is taken from nbgrader "
    "metadata and "
    "solution marks, else from stubs, exports, and public definitions, in this order.",
    check=_check,
)
