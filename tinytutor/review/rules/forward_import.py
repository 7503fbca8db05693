"""RV304: an import from a later module."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.dependencies import imports
from tinytutor.review.findings import Hit, Rule, Severity, Theme


def _check(context: Context) -> Iterator[Hit]:
    seen = set()
    for each in imports(context.material):
        later = context.course.later_lesson(each.module, context.place)
        if later is not None and later.id not in seen:
            seen.add(later.id)
            names = ", ".join(f"`{name}`" for name in each.names[:5]) or f"`{each.module}`"
            yield Hit(
                f"imports {names} from {later.id}, which comes later",
                each.line,
                later.id,
                severity=Severity.HIGH if each.guarded else None,
            )


RULE = Rule(
    code="RV304",
    name="forward-import",
    theme=Theme.PREREQUISITES,
    severity=Severity.CRITICAL,
    hours=1.0,
    what="An import from a module of the course that is taught later: by the name it exports "
    "to, or by the "
    "name of its file. High where the import may fail (`try`).",
    why="The student does not have that code yet: the lesson fails, or works only for its author.",
    example="from mylib.autograd import Variable   # in lesson 04; autograd is 06",
    fix="Teach it before, move this part to the later module, or do without.",
    blind="Imports that are put together from strings.",
    check=_check,
)
