"""The drawn map as lines of text: boxes with state and progress, edges for prerequisites. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tinytutor.cli.map_view import STATE_SYMBOLS, STATE_TONES
from tinytutor.cli.output import Piece, Tone
from tinytutor.curriculum import Course
from tinytutor.curriculum import drawing as drawings
from tinytutor.curriculum.glyphs import ASCII, UNICODE, Frame
from tinytutor.curriculum.graph import edges
from tinytutor.curriculum.layout import lay_out

if TYPE_CHECKING:
    from tinytutor.tutor.results import ModuleView

_FRAMES = {
    "locked": Frame.DASHED,
    "open": Frame.LIGHT,
    "started": Frame.HEAVY,
    "passed": Frame.DOUBLE,
    "stale": Frame.LIGHT,
}


def drawn_lines(
    course: Course, views: Sequence[ModuleView], width: int, *, unicode: bool
) -> list[tuple[Piece, ...]] | None:
    """The map, None where it doesn't fit into so many columns."""
    faces = {view.module.id: _face(view, unicode=unicode) for view in views}
    layout = lay_out(drawings.common_size(faces), edges(course), breadth=width)
    if layout.width > width:
        return None
    drawing = drawings.Drawing(layout, UNICODE if unicode else ASCII)
    tones = {view.module.id: STATE_TONES[view.state.value] for view in views}
    lines: list[tuple[Piece, ...]] = []
    for y in range(drawing.height):
        segments = drawing.line(y, faces)
        if segments and segments[-1].role.part is drawings.Part.SPACE:
            segments.pop()
        lines.append(tuple((segment.text, _tone(segment.role, tones)) for segment in segments))
    return lines


def _face(view: ModuleView, *, unicode: bool) -> drawings.Face:
    state = view.state.value
    symbol = STATE_SYMBOLS[state][0 if unicode else 1]
    tests = f"  {view.tests_passed}/{view.tests_total}" if view.tests_total else ""
    title = drawings.Piece(f"{view.module.number:02d} {view.module.title}", Tone.STRONG.value)
    progress = drawings.Piece(f"{symbol} {state}{tests}", STATE_TONES[state].value)
    return drawings.Face(((title,), (progress,)), _FRAMES[state])


def _tone(role: drawings.Role, tones: dict[str, Tone]) -> Tone:
    if role.part is drawings.Part.TEXT:
        return Tone(role.tone)
    if role.part is drawings.Part.FRAME:
        return tones[role.node]
    return Tone.QUIET if role.part is drawings.Part.EDGE else Tone.PLAIN
