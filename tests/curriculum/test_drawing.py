"""What is drawn can be read back: following the lines by eye gives exactly the graph."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from rich.cells import cell_len

from tests.curriculum.golden import FOLDER, MAPS
from tests.curriculum.reading import targets_read
from tests.curriculum.samples import course_of, drawn_graphs, faces_of, module_id
from tinytutor.curriculum.drawing import (
    Drawing,
    Face,
    Part,
    Piece,
    Role,
    Segment,
    common_size,
)
from tinytutor.curriculum.glyphs import ASCII, Frame
from tinytutor.curriculum.graph import Edge, edges
from tinytutor.curriculum.layout import Flow, Size, lay_out

WHOLE = course_of()


def whole_drawing(breadth: int = 100, flow: Flow = Flow.DOWN) -> Drawing:
    return Drawing(lay_out(common_size(faces_of(WHOLE)), edges(WHOLE), flow=flow, breadth=breadth))


def text(line: list[Segment]) -> str:
    return "".join(segment.text for segment in line)


@pytest.mark.parametrize("name", sorted(MAPS))
def test_the_map_of_the_whole_course_looks_like_this(name: str) -> None:
    assert MAPS[name]() == (FOLDER / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("name", [name for name in sorted(MAPS) if name.endswith("ascii")])
def test_without_unicode_only_the_faces_use_other_characters(name: str) -> None:
    faces = "".join(
        piece.text for face in faces_of(WHOLE).values() for line in face.lines for piece in line
    )
    assert all(character.isascii() or character in faces for character in MAPS[name]())


@settings(deadline=None, max_examples=120)
@given(drawn_graphs())
def test_who_follows_the_lines_reads_the_graph(
    graph: tuple[dict[str, Size], tuple[Edge, ...], Flow, int | None],
) -> None:
    sizes, edges_, flow, breadth = graph
    drawing = Drawing(lay_out(sizes, edges_, flow=flow, breadth=breadth))
    lines = [text(drawing.line(y, {})) for y in range(drawing.height)]
    for node in sizes:
        wanted = sorted(target for source, target in edges_ if source == node)
        assert targets_read(lines, drawing.layout, node) == wanted


@pytest.mark.parametrize("flow", Flow)
def test_who_follows_the_lines_reads_the_whole_course(flow: Flow) -> None:
    drawing = whole_drawing(flow=flow)
    faces = faces_of(WHOLE)
    lines = [text(drawing.line(y, faces)) for y in range(drawing.height)]
    for module in WHOLE.modules:
        wanted = sorted(target for source, target in edges(WHOLE) if source == module.id)
        assert targets_read(lines, drawing.layout, module.id) == wanted


def test_every_line_is_as_broad_as_the_map_and_every_stretch_ends_with_its_role() -> None:
    drawing = whole_drawing()
    faces = faces_of(WHOLE)
    for y in range(drawing.height):
        line = drawing.line(y, faces)
        assert cell_len(text(line)) == drawing.width
        roles = [segment.role for segment in line]
        assert all(one != other for one, other in pairwise(roles))


def test_roles_say_what_lies_in_each_cell() -> None:
    drawing = whole_drawing()
    faces = faces_of(WHOLE)
    for y in range(drawing.height):
        x = 0
        for segment in drawing.line(y, faces):
            for _ in range(cell_len(segment.text)):
                role = segment.role
                inside = role.part in (Part.FRAME, Part.TEXT)
                assert drawing.node_at(x, y) == (role.node or None)
                assert set(drawing.edges_at(x, y)) == set(role.edges)
                assert inside or role.edges or role.part is Part.SPACE
                x += 1


def test_edges_are_found_under_the_mouse() -> None:
    drawing = whole_drawing()
    found = {
        edge
        for y in range(drawing.height)
        for x in range(drawing.width)
        if drawing.node_at(x, y) is None
        for edge in drawing.edges_at(x, y)
    }
    assert found == set(edges(WHOLE))


@pytest.mark.parametrize(("x", "y"), [(-1, 0), (0, -1), (10_000, 0), (0, 10_000), (0, 0)])
def test_outside_and_in_empty_corners_there_is_nothing(x: int, y: int) -> None:
    drawing = whole_drawing()
    assert drawing.node_at(x, y) is None
    assert drawing.edges_at(x, y) == ()


def boxed(face: Face, size: Size, *, ascii_only: bool = False) -> list[str]:
    layout = lay_out({"a": size}, ())
    drawing = Drawing(layout, ASCII) if ascii_only else Drawing(layout)
    return [text(drawing.line(y, {"a": face})) for y in range(drawing.height)]


@pytest.mark.parametrize(
    ("frame", "unicode", "plain"),
    [
        (Frame.LIGHT, ["╭────╮", "│ ab │", "╰────╯"], ["+----+", "| ab |", "+----+"]),
        (Frame.HEAVY, ["┏━━━━┓", "┃ ab ┃", "┗━━━━┛"], ["######", "# ab #", "######"]),
        (Frame.DOUBLE, ["╔════╗", "║ ab ║", "╚════╝"], ["+====+", "| ab |", "+====+"]),
        (Frame.DASHED, ["╭┄┄┄┄╮", "┆ ab ┆", "╰┄┄┄┄╯"], ["......", ": ab :", ":....:"]),
    ],
)
def test_frames(frame: Frame, unicode: list[str], plain: list[str]) -> None:
    face = Face(((Piece("ab"),),), frame)
    assert boxed(face, face.size) == unicode
    assert boxed(face, face.size, ascii_only=True) == plain


def test_text_that_is_too_long_is_cut_and_short_text_is_filled() -> None:
    face = Face(((Piece("abc", "one"), Piece("defg", "two")), (Piece("x"),), (Piece("lost"),)))
    assert boxed(face, Size(9, 4)) == ["╭───────╮", "│ abcde │", "│ x     │", "╰───────╯"]


def test_broad_characters_take_two_cells() -> None:
    face = Face(((Piece("日本語"),),))
    assert face.size == Size(10, 3)
    assert boxed(face, Size(9, 3))[1] == "│ 日本  │"
    assert all(cell_len(line) == 9 for line in boxed(face, Size(9, 3)))


def test_pieces_keep_their_tone() -> None:
    face = Face(((Piece("ab", "title"), Piece("!", "state")),))
    drawing = Drawing(lay_out({"a": face.size}, ()))
    tones = {segment.text: segment.role.tone for segment in drawing.line(1, {"a": face})}
    assert (tones["ab"], tones["!"]) == ("title", "state")
    assert drawing.line(0, {"a": face}) == [Segment("╭─────╮", Role(Part.FRAME, "a"))]


def test_common_size_has_room_for_each_face() -> None:
    faces = {"a": Face(((Piece("long text"),),)), "b": Face(((Piece("x"),), (Piece("y"),)))}
    assert common_size(faces) == {"a": Size(13, 4), "b": Size(13, 4)}
    assert common_size({}) == {}


def test_only_the_lit_edges_stand_out() -> None:
    drawing = whole_drawing()
    lit = {(module_id(12), module_id(14))}
    heavy = "".join(
        segment.text
        for y in range(drawing.height)
        for segment in drawing.line(y, {}, lit)
        if segment.role.part is Part.EDGE and set(segment.text) & set("━┃┏┓┗┛╋╂┿")
    )
    dark = "".join(text(drawing.line(y, {})) for y in range(drawing.height))
    assert heavy and not set(dark) & set("━┃┏┓┗┛╋╂┿")
