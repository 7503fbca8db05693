"""The map as text: a layout chosen to fit, drawn line by line, for the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tinytutor.curriculum.drawing import Drawing, Face, Segment
from tinytutor.curriculum.glyphs import ASCII, UNICODE
from tinytutor.curriculum.graph import edges
from tinytutor.curriculum.layout import Flow, Layout, Size, lay_out
from tinytutor.curriculum.model import Course, Module


def map_text(
    course: Course,
    describe: Callable[[Module], Face],
    width: int,
    *,
    ascii_only: bool = False,
    flow: Flow = Flow.DOWN,
) -> list[list[Segment]]:
    """The whole map as lines of segments, no broader than the width where that's possible."""
    faces = {module.id: describe(module) for module in course.modules}
    layout = lay_out(
        box_sizes(faces), edges(course), flow=flow, breadth=width if flow is Flow.DOWN else None
    )
    drawing = Drawing(layout, ASCII if ascii_only else UNICODE)
    return [drawing.line(y, faces) for y in range(drawing.height)]


def fitting_layout(course: Course, sizes: Mapping[str, Size], width: int, height: int) -> Layout:
    """The layout that shows most of the map in a window.

    Downward where the whole map fits or neither way does: it never has to be scrolled sideways,
    except for boxes that are too broad. To the right where only that fits.
    """
    down = lay_out(sizes, edges(course), flow=Flow.DOWN, breadth=width)
    if down.width <= width and down.height <= height:
        return down
    right = lay_out(sizes, edges(course), flow=Flow.RIGHT, breadth=height)
    return right if right.width <= width and right.height <= height else down


def box_sizes(faces: Mapping[str, Face]) -> dict[str, Size]:
    """One size for all boxes, in which the largest face has room."""
    sizes = [face.size for face in faces.values()]
    broadest = max((size.width for size in sizes), default=0)
    highest = max((size.height for size in sizes), default=0)
    return {node: Size(broadest, highest) for node in faces}
