"""RV505: names that say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme

_EMPTY = re.compile(
    r"(my_?)?(foo|bar|baz|qux|func|fn|function|thing|stuff|temp|tmp|misc|do_?(it|stuff|something|this)|"
    r"helper|blah|dummy|something|process|handle|method|cls|klass|myclass|obj|untitled|asdf|xxx|"
    r"new_?func(tion)?)_?\d*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"_?(test|Test)s?_?\d+", re.IGNORECASE)


def _check(context: Context) -> Iterator[Hit]:
    for each in context.anatomy.implementations:
        if _EMPTY.fullmatch(each.name):
            yield Hit(f"`{each.name}` does not say what it does", each.node.lineno, each.name)
    for test in context.anatomy.named_tests:
        if _NUMBERED.fullmatch(test.name):
            yield Hit(
                f"`{test.name}` does not say what it tests",
                test.node.lineno,
                test.name,
                severity=Severity.LOW,
                hours=0.05,
            )


RULE = Rule(
    code="RV505",
    name="unclear-name",
    theme=Theme.DOCUMENTATION,
    severity=Severity.HIGH,
    hours=0.1,
    what="A definition that the student writes is called `func`, `foo`, `helper2`, `process`, "
    "…; low for tests "
    "that only have a number.",
    why="The name is the first explanation.",
    example="def process2(x, y): ...",
    fix="Name what it returns or does, in the field's own terms.",
    blind="Names that are wrong, or too short for this reader but usual in the field (`W`, `q`).",
    check=_check,
)
