"""RV303: an import from a module that is no prerequisite."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.dependencies import imports, required_places
from tinytutor.review.findings import Hit, Rule, Severity, Theme


def _check(context: Context) -> Iterator[Hit]:
    if context.lesson.stated is None:
        return
    allowed = required_places(context)
    seen = set()
    for each in imports(context.material):
        place = context.course.by_module.get(each.module)
        if (
            place is not None
            and place < context.place
            and place not in allowed
            and place not in seen
        ):
            seen.add(place)
            earlier = context.course.lessons[place]
            yield Hit(
                f"imports from {earlier.id}, which the course file does not require, "
                f"directly or not",
                each.line,
                earlier.id,
                fix=f"Add {earlier.id} to the prerequisites in the course file and in the lesson.",
            )


RULE = Rule(
    code="RV303",
    name="undeclared-prerequisite",
    theme=Theme.PREREQUISITES,
    severity=Severity.HIGH,
    hours=0.25,
    what="An import from an earlier module that the course file requires neither directly nor "
    "through "
    "others. Only where there is a course file.",
    why="A student can open the module without having what it imports.",
    example="from mylib.losses import mse   # 05_losses is not among the prerequisites",
    fix="Declare the prerequisite, or don't import.",
    blind="Use without an import.",
    check=_check,
)
