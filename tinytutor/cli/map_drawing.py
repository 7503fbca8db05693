"""The drawn map as lines of text: boxes with state and progress, edges for prerequisites. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tinytutor.cli.map_view import STATE_TONES, state_symbol
from tinytutor.cli.output import Piece, Tone
from tinytutor.curriculum import Course
from tinytutor.curriculum import drawing as drawings
from tinytutor.curriculum.glyphs import ASCII, UNICODE
from tinytutor.curriculum.graph import edges
from tinytutor.curriculum.layout import lay_out
from tinytutor.tutor.appearance import STATE_FRAMES, branch_symbol

if TYPE_CHECKING:
    from tinytutor.tutor.results import ModuleView


def drawn_lines(
    course: Course, views: Sequence[ModuleView], width: int, *, unicode: bool
) -> list[tuple[Piece, ...]] | None:
    """The map, None where it doesn't fit into so many columns."""
    faces = {view.module.id: _face(course, view, unicode=unicode) for view in views}
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
    return [*lines, (), legend(course, unicode=unicode)]


def legend(course: Course, *, unicode: bool) -> tuple[Piece, ...]:
    """Which symbol stands for which branch."""
    used = {module.branch for module in course.modules}
    words = (
        f"{branch_symbol(course, branch.id, unicode=unicode)} {branch.title}"
        for branch in course.branches
        if branch.id in used
    )
    return (("   ".join(words), Tone.QUIET),)


def _face(course: Course, view: ModuleView, *, unicode: bool) -> drawings.Face:
    state = view.state.value
    symbol = state_symbol(state, unicode=unicode)
    tests = f"  {view.tests_passed}/{view.tests_total}" if view.tests_total else ""
    branch = branch_symbol(course, view.module.branch, unicode=unicode)
    title = drawings.Piece(f"{branch} {view.module.label}", Tone.STRONG.value)
    progress = drawings.Piece(f"{symbol} {state}{tests}", STATE_TONES[state].value)
    return drawings.Face(((title,), (progress,)), STATE_FRAMES[state])


def _tone(role: drawings.Role, tones: dict[str, Tone]) -> Tone:
    if role.part is drawings.Part.TEXT:
        return Tone(role.tone)
    if role.part is drawings.Part.FRAME:
        return tones[role.node]
    return Tone.QUIET if role.part is drawings.Part.EDGE else Tone.PLAIN
