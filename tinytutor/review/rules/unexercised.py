"""RV209: an implementation that the run never enters."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.syntax import FUNCTIONS


def _check(context: Context) -> Iterator[Hit]:
    if not context.execution.finished:
        return
    entered = context.execution.run.entered
    for each in context.anatomy.implementations:
        functions = (
            [each.node]
            if isinstance(each.node, FUNCTIONS)
            else [node for node in each.node.body if isinstance(node, FUNCTIONS)]
        )
        if functions and not any((node.name, node.lineno) in entered for node in functions):
            yield Hit(
                f"`{each.name}` never ran: neither a test nor an example uses it",
                each.node.lineno,
                each.name,
            )


RULE = Rule(
    code="RV209",
    name="implementation-never-exercised",
    theme=Theme.TESTING,
    severity=Severity.MEDIUM,
    hours=0.5,
    what="A function or class that the student writes, none of whose code was entered when "
    "the lesson ran.",
    why="Its mistakes show in a later module, where they look like faults of that module.",
    example="class StepLR: ...   # used nowhere in its lesson",
    fix="Use it in a test.",
    blind="Nothing is said where the run did not come to its end. A class counts once one "
    "method ran.",
    check=_check,
)
