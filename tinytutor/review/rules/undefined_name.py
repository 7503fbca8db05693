"""RV306: a name that nothing defines."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.dependencies import undefined_names
from tinytutor.review.findings import Hit, Rule, Severity, Theme


def _check(context: Context) -> Iterator[Hit]:
    for name, line in undefined_names(context.material):
        place = context.course.first_taught.get(name)
        if place is None or place <= context.place:
            where = ""
            if place is not None and place < context.place:
                where = f"; {context.course.lessons[place].id} defines it: import it from there"
            yield Hit(f"`{name}` is defined nowhere in the lesson{where}", line, name)


RULE = Rule(
    code="RV306",
    name="undefined-name",
    theme=Theme.MAIN,
    severity=Severity.HIGH,
    hours=0.25,
    what="A name that is read and never assigned, imported or built in, as Python's own "
    "compiler sees it.",
    why="The line fails as soon as it is reached.",
    example="def forward(self, x):\n    return matmul(x, self.weigth_t)   # matmul is nowhere",
    fix="Import or define it, or mend the spelling.",
    blind="Names behind a star import, `exec`, or a magic; use before definition at top level "
    "(a run shows it).",
    check=_check,
)
