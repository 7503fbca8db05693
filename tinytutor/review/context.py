"""What a rule may ask: one lesson, its place in the course, and what its run showed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tinytutor.review.anatomy import Anatomy
from tinytutor.review.material import CellType, Material, Section, plain_title, words
from tinytutor.review.outcome import Execution


@dataclass(frozen=True, slots=True)
class Statement:
    """What a course file says of a module, to be held against the lesson."""

    number: int
    title: str
    hours: float
    difficulty: int
    requires: tuple[tuple[int, str], ...]
    """Number and title of each prerequisite."""


@dataclass(frozen=True)
class Lesson:
    """One module of the course under review."""

    id: str
    material: Material
    file: str
    """Path of the lesson relative to the reviewed folder."""
    number: int | None = None
    """From the id, where it begins with one."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Name and text of READMEs and module metadata in the lesson's folder."""
    stated: Statement | None = None
    """What the course file says, where there is one."""

    @cached_property
    def anatomy(self) -> Anatomy:
        """The parts of its code."""
        return Anatomy(self.material)

    @cached_property
    def export_name(self) -> str:
        """What `#| default_exp` names, `core.tensor`; else empty."""
        match = _DEFAULT_EXP.search(self.material.program)
        return match[1] if match else ""

    @cached_property
    def stem(self) -> str:
        """The file's name without suffix, as a sibling would import it."""
        return self.material.path.stem

    @cached_property
    def exports(self) -> frozenset[str]:
        """Public names that later modules can use."""
        return frozenset(
            name
            for name, node in self.anatomy.definitions.items()
            if not name.startswith("_") and not self.anatomy.is_test(node)
        )


_DEFAULT_EXP = re.compile(r"^#\s*\|?\s*default_exp\s+([\w.]+)", re.MULTILINE)


@dataclass(frozen=True)
class CourseMap:
    """The lessons in the order of the course, and who teaches what."""

    lessons: tuple[Lesson, ...]
    library: str = ""
    """The package that the lessons export to, where it is known."""

    @cached_property
    def place(self) -> dict[str, int]:
        """Lesson id → place in the course, from 0."""
        return {lesson.id: place for place, lesson in enumerate(self.lessons)}

    @cached_property
    def first_taught(self) -> dict[str, int]:
        """Public name → place of the first lesson that defines it."""
        found: dict[str, int] = {}
        for place, lesson in enumerate(self.lessons):
            for name in lesson.exports:
                found.setdefault(name, place)
        return found

    @cached_property
    def by_module(self) -> dict[str, int]:
        """Python module that a lesson becomes (or is) → its place: `lib.core.x`, `x_dev`."""
        found: dict[str, int] = {}
        for place, lesson in enumerate(self.lessons):
            found.setdefault(lesson.stem, place)
            if lesson.export_name and self.library:
                found[f"{self.library}.{lesson.export_name}"] = place
        return found

    def is_own(self, module: str) -> bool:
        """Whether a module is the course's own: of its library, or the file of a lesson."""
        root = module.split(".", maxsplit=1)[0]
        own = module in self.by_module or root in self.by_module or module.endswith("_dev")
        return own or module.startswith(".") or (bool(self.library) and root == self.library)

    def later_lesson(self, module: str, place: int) -> Lesson | None:
        """The later lesson that an import of `module` means, seen from `place`."""
        target = self.by_module.get(module)
        return self.lessons[target] if target is not None and target > place else None


@dataclass(frozen=True)
class Context:
    """What one rule's check gets."""

    lesson: Lesson
    course: CourseMap
    execution: Execution

    @property
    def material(self) -> Material:
        """The lesson's cells and program."""
        return self.lesson.material

    @property
    def anatomy(self) -> Anatomy:
        """The lesson's tests and implementations."""
        return self.lesson.anatomy

    @property
    def place(self) -> int:
        """The lesson's place in the course, from 0."""
        return self.course.place[self.lesson.id]

    def sections_named(self, pattern: re.Pattern[str]) -> Iterator[Section]:
        """Sections whose heading's plain words match."""
        for section in self.material.sections:
            if pattern.search(plain_title(section.heading.title)):
                yield section

    @cached_property
    def is_first(self) -> bool:
        """Whether nothing of the course comes before this lesson, as far as can be known."""
        stated = self.lesson.stated
        if stated is not None:
            return self.place == 0 and not stated.requires
        title = _NUMBER_IN_TITLE.search(self.material.title)
        number = int(title[1]) if title else self.lesson.number
        return self.place == 0 and (number or 0) <= 1 and not self.builds_on_others

    @cached_property
    def builds_on_others(self) -> bool:
        """Whether it imports the course's own code: the library, or a lesson's file."""
        modules = [node.module or "." for node in self.material.index.of(ast.ImportFrom)]
        modules += [a.name for node in self.material.index.of(ast.Import) for a in node.names]
        return any(self.course.is_own(module) for module in modules)

    @cached_property
    def first_prose(self) -> tuple[tuple[int, str], ...]:
        """Line of the program and text of the first 500 words: the lesson's introduction."""
        found = []
        seen = 0
        for line, text in self.material.prose:
            seen += words(text)
            if seen > 500:
                break
            found.append((line, text))
        return tuple(found)

    @cached_property
    def opening(self) -> str:
        """The introduction, as far as it stands before the first implementation or test."""
        first = [node.node.lineno for node in self.anatomy.implementations[:1]]
        first += [test.node.lineno for test in self.anatomy.tests[:1]]
        end = min(first, default=1 << 30)
        return "\n".join(text for line, text in self.first_prose if line < end)

    @cached_property
    def all_prose(self) -> str:
        """All Markdown outside fences."""
        return "\n".join(text for _, text in self.material.prose)

    def beside_says(self, pattern: re.Pattern[str]) -> str:
        """The file beside the lesson, such as README.md, in which the pattern is; else empty."""
        return next((name for name, text in self.lesson.beside.items() if pattern.search(text)), "")

    @cached_property
    def is_starter(self) -> bool:
        """Whether the student's parts are empty: an assignment as it is handed out."""
        parts = [node.node for node in self.anatomy.implementations]
        if not parts:
            return False
        empty = [
            part
            for part in parts
            if _STUB_TEXT.search(text := self.anatomy.text_of(part)) and not _SOLVED.search(text)
        ]
        return len(empty) * 2 >= len(parts)

    @cached_property
    def code_cells(self) -> int:
        """How many code cells there are."""
        return sum(1 for _ in self.material.of_type(CellType.CODE))


_NUMBER_IN_TITLE = re.compile(r"\b(?:module|lesson|chapter|week|lab|part|unit)\s+(\d{1,3})", re.I)
_STUB_TEXT = re.compile(
    r"raise NotImplementedError|^\s*(pass|\.\.\.)\s*$|YOUR CODE HERE|START OF YOUR CODE", re.M
)
_SOLVED = re.compile(r"#+ ?(BEGIN|START) SOLUTION", re.IGNORECASE)
