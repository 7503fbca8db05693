"""Courses for these tests: the graph of the twenty modules, and random ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from hypothesis import strategies as st

from tinytutor.curriculum import Course, Module, Prerequisite
from tinytutor.curriculum.drawing import Face, Piece
from tinytutor.curriculum.glyphs import Frame
from tinytutor.curriculum.graph import Edge, edges
from tinytutor.curriculum.layout import Flow, Size

TITLES = (
    "Setup", "Tensor", "Activations", "Layers", "Losses", "Autograd", "Optimizers", "Training",
    "Spatial", "DataLoader", "Tokenization", "Embeddings", "Attention", "Transformers",
    "Profiling", "Acceleration", "Quantization", "Compression", "Caching", "Benchmarking",
)  # fmt: skip
REQUIRES = {
    1: (), 2: (1,), 3: (2,), 4: (2,), 5: (3, 4), 6: (5,), 7: (4,), 8: (6, 7), 9: (3, 4), 10: (2,),
    11: (1,), 12: (4, 11), 13: (3, 4), 14: (12, 13), 15: (4,), 16: (6, 9, 15), 17: (3, 15),
    18: (8, 15), 19: (14, 15), 20: (16, 17, 18, 19),
}  # fmt: skip
"""The graph of the whole course, by number."""


def module_id(number: int) -> str:
    """The id of a module of the whole course, or of a numbered one beyond it."""
    title = TITLES[number - 1] if 1 <= number <= len(TITLES) else f"m{number}"
    return f"{number:02d}_{title.lower()}"


def course_of(requires: Mapping[int, Iterable[int]] = REQUIRES) -> Course:
    """A course with these prerequisites, by number."""
    modules = tuple(
        Module(
            id=module_id(number),
            title=TITLES[number - 1] if number <= len(TITLES) else f"Module {number}",
            goal="",
            requires=tuple(Prerequisite(module_id(n), "it is used") for n in needed),
            difficulty=1,
            hours=1.0,
            branch="only",
            folder=Path("nowhere"),
        )
        for number, needed in sorted(requires.items())
    )
    return Course("c", "A course", "1", "lib", (), modules, (), Path("nowhere"))


def faces_of(course: Course) -> dict[str, Face]:
    """Faces as a student sees them who has passed 01 to 04 and is at 05."""
    return {module.id: _face(module) for module in course.modules}


def _face(module: Module) -> Face:
    if module.number < 5:
        symbol, frame = "✓", Frame.DOUBLE
    elif module.number == 5:
        symbol, frame = "◐", Frame.HEAVY
    elif module.number in (7, 9, 10, 11, 13, 15):
        symbol, frame = "○", Frame.LIGHT
    else:
        symbol, frame = "·", Frame.DASHED
    title = f"{module.number:02d} {module.title}"
    return Face(((Piece(f"{title:<16}", "title"), Piece(symbol, "state")),), frame)


@st.composite
def requirements(draw: st.DrawFn, most: int = 14) -> dict[int, tuple[int, ...]]:
    """Prerequisites by number, without cycles: all lead to smaller numbers."""
    count = draw(st.integers(1, most))
    return {
        number: tuple(
            sorted(draw(st.sets(st.integers(1, number - 1), max_size=4)) if number > 1 else ())
        )
        for number in range(1, count + 1)
    }


def chain_with_side_ways(count: int) -> dict[int, tuple[int, ...]]:
    """A large course: each module needs the one before and one or two from further back."""
    return {
        number: tuple(
            sorted({number - back for back in (1, 2 + number % 5, 7 + number % 11)} - {0})
        )
        if number > 18
        else ((number - 1,) if number > 1 else ())
        for number in range(1, count + 1)
    }


@st.composite
def drawn_graphs(draw: st.DrawFn) -> tuple[dict[str, Size], tuple[Edge, ...], Flow, int | None]:
    """What a layout is made from: boxes of any size, edges, a flow, and perhaps a limit."""
    course = course_of(draw(requirements()))
    sizes = {
        module.id: Size(draw(st.sampled_from([3, 5, 12, 20])), draw(st.integers(3, 5)))
        for module in course.modules
    }
    flow = draw(st.sampled_from(list(Flow)))
    return sizes, edges(course), flow, draw(st.sampled_from([None, 10, 40, 80]))
