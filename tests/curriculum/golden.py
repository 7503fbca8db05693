"""The drawn maps that tests compare with. `python -m tests.curriculum.golden` writes them anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.curriculum.samples import course_of, faces_of, module_id
from tinytutor.curriculum.drawing import Drawing, common_size
from tinytutor.curriculum.glyphs import ASCII, UNICODE, Glyphs
from tinytutor.curriculum.graph import edges
from tinytutor.curriculum.layout import Flow, lay_out

FOLDER = Path(__file__).parent / "maps"


def whole_map(
    breadth: int, flow: Flow = Flow.DOWN, glyphs: Glyphs = UNICODE, lit_module: str = ""
) -> str:
    """The map of the twenty modules."""
    course = course_of()
    faces = faces_of(course)
    layout = lay_out(common_size(faces), edges(course), flow=flow, breadth=breadth)
    drawing = Drawing(layout, glyphs)
    lit = {edge for edge in edges(course) if lit_module in edge}
    lines = (drawing.line(y, faces, lit) for y in range(drawing.height))
    return "".join("".join(part.text for part in line).rstrip() + "\n" for line in lines)


MAPS: dict[str, Callable[[], str]] = {
    "down_80": lambda: whole_map(80),
    "down_120": lambda: whole_map(120),
    "down_160": lambda: whole_map(160),
    "down_80_ascii": lambda: whole_map(80, glyphs=ASCII),
    "down_120_lit": lambda: whole_map(120, lit_module=module_id(4)),
    "right_24": lambda: whole_map(24, Flow.RIGHT),
    "right_24_ascii": lambda: whole_map(24, Flow.RIGHT, ASCII),
}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, draw in MAPS.items():
        (FOLDER / f"{name}.txt").write_text(draw(), "utf-8")
