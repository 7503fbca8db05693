"""RV404: new content after the summary."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.structure import summary


def _check(context: Context) -> Iterator[Hit]:
    section = summary(context)
    if section is None:
        return
    line = section.heading.line
    late = [each for each in context.anatomy.implementations if each.node.lineno > line]
    if late:
        names = ", ".join(f"`{each.name}`" for each in late[:4])
        yield Hit(
            f"{names} is implemented after the summary (line {context.material.file_line(line)})",
            late[0].node.lineno,
            "after",
        )


RULE = Rule(
    code="RV404",
    name="content-after-summary",
    theme=Theme.COMPLEXITY,
    severity=Severity.MEDIUM,
    hours=0.5,
    what="An implementation that stands behind the lesson's last summary.",
    why="Most students stop reading at the summary.",
    example="## Summary\n...\n## One more thing\ndef layer_norm(x): ...",
    fix="Move the summary to the end, or the part before it.",
    blind="Sections of prose behind the summary: next steps and references belong there.",
    check=_check,
)
