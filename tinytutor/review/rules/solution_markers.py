"""RV602: solution regions that nbgrader does not see."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme
from tinytutor.review.material import CellType

_BEGIN, _END = "### BEGIN SOLUTION", "### END SOLUTION"
_NEARLY = re.compile(
    r"(?<!#)#{1,2} ?(BEGIN|END) SOLUTION|#{3,}\s*(begin|end) solution", re.MULTILINE
)
_STUB = re.compile(r"YOUR CODE HERE|NotImplementedError|YOUR ANSWER HERE|TODO", re.IGNORECASE)


def _check(context: Context) -> Iterator[Hit]:
    unmarked = []
    for cell in context.material.of_type(CellType.CODE):
        begins, ends = cell.source.count(_BEGIN), cell.source.count(_END)
        if begins != ends:
            yield Hit(
                f"{begins} `{_BEGIN}` and {ends} `{_END}` in one cell: the release fails",
                cell.line,
                f"pair {cell.nbgrader.get('grade_id', cell.index)}",
            )
        known = cell.nbgrader
        if known.get("solution") and not known.get("grade") and not begins and not ends:
            near = _NEARLY.search(cell.source)
            has_code = re.search(r"^\s*(def|class|return|\w+ ?=)", cell.source, re.MULTILINE)
            if near or (has_code and not _STUB.search(cell.source)):
                unmarked.append((cell, near[0] if near else ""))
    if unmarked:
        names = ", ".join(
            f"`{cell.nbgrader.get('grade_id', cell.index + 1)}`" for cell, _ in unmarked[:5]
        )
        spelt = next((text for _, text in unmarked if text), "")
        why = f": nbgrader looks for `{_BEGIN}`, not for `{spelt}`" if spelt else ""
        yield Hit(
            f"{len(unmarked)} solution cell{'s' if len(unmarked) > 1 else ''} without "
            f"markers ({names}){why}; "
            "the release empties the whole cell, signature and export line included",
            unmarked[0][0].line,
            "markers",
            severity=Severity.MEDIUM,
            hours=round(min(2.0, 0.1 * len(unmarked)), 2),
        )


RULE = Rule(
    code="RV602",
    name="solution-markers",
    theme=Theme.NOTEBOOK,
    severity=Severity.HIGH,
    hours=0.1,
    what="BEGIN and END SOLUTION that don't pair; cells tagged as solutions that hold code "
    "and no markers, or "
    "markers spelt in a way that nbgrader does not look for (medium, all in one finding).",
    why="The student's version has the solution in it, or nothing at all.",
    example="# BEGIN SOLUTION\nreturn x\n# END SOLUTION   # one # is not three",
    fix="Put `### BEGIN SOLUTION` and `### END SOLUTION` around what the student writes.",
    blind="Other delimiters that the course has set in its nbgrader configuration: allow the "
    "rule there.",
    check=_check,
)
