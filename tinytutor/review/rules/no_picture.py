"""RV409: nothing to look at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tinytutor.review.context import Context
from tinytutor.review.findings import Hit, Rule, Severity, Theme

_DRAWN = re.compile(
    r"[─│┌└┐┘├┤═║╔╚▶►◀▲▼→←↑↓↗↘█▓░╭╰╱╲]|-{2,}>|<-{2,}|={2,}>|\+-{2,}\+|^\s*\|.*\|\s*$|\s[v^|]\s*$"
)
_IMAGE = re.compile(
    r"!\[[^\]]*\]\(|<img\b|<svg\b|\.(png|svg|jpe?g|gif)\b|^\s*(graph|flowchart|sequenceDiagram)\b",
    re.I,
)
_TABLE = re.compile(r"^\s*\|?(\s*:?-{2,}:?\s*\|)+")
_PLOT = re.compile(
    r"\b(plt|ax|axes|fig|sns|px|alt|go|graphviz|plotly|bokeh)\.|\.plot\(|\bimshow\(|\b(bars|curve|table|gallery|"
    r"region_map|show_image\w*|draw_\w+|plot_\w+)\("
)


def _check(context: Context) -> Iterator[Hit]:
    material = context.material
    if not material.cells:
        return
    drawn = any(_DRAWN.search(text) for _, text in material.fenced)
    drawn = drawn or any(_IMAGE.search(text) or _TABLE.search(text) for _, text in material.prose)
    if not drawn and not _PLOT.search(material.program):
        yield Hit("no diagram, table, picture or plot in the lesson", subject="picture")


RULE = Rule(
    code="RV409",
    name="no-visual-aid",
    theme=Theme.DOCUMENTATION,
    severity=Severity.LOW,
    hours=0.5,
    what="No drawing in a fenced block, no table, no image and no plotting call.",
    why="Shapes and flows are seen faster than read.",
    example="(twelve paragraphs on how shapes broadcast)",
    fix="Draw the shapes, the data flow or the cost curve once.",
    blind="Whether the picture helps.",
    check=_check,
)
