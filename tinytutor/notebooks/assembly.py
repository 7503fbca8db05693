"""Puts together what is run: the student's solutions, the course's given cells and tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tinytutor.curriculum import Limits
from tinytutor.notebooks.lesson import Cell, CellKind, Lesson, import_lines
from tinytutor.notebooks.matching import Matching


@dataclass(frozen=True, slots=True)
class AssembledCell:
    """A cell to run and where it comes from."""

    id: str
    kind: CellKind | None
    """None for a cell that the student added."""
    source: str
    line_offset: int = 0
    """Lines put before the course's or the student's source."""


@dataclass(frozen=True)
class Assembly:
    """Cells in the order in which they run."""

    cells: tuple[AssembledCell, ...]
    missing: frozenset[str]
    """Exercises whose cell is not in the student's notebook."""
    limits: Limits

    def _by_id(self) -> Mapping[str, AssembledCell]:
        return {cell.id: cell for cell in self.cells}

    @property
    def test_ids(self) -> frozenset[str]:
        """Ids of the tests among the cells."""
        return frozenset(cell.id for cell in self.cells if cell.kind is CellKind.TEST)

    @property
    def student_ids(self) -> frozenset[str]:
        """Ids of the cells whose source is the student's."""
        own = (CellKind.SOLUTION, None)
        return frozenset(cell.id for cell in self.cells if cell.kind in own)

    @property
    def memory_mib(self) -> int:
        """Limit of memory."""
        return self.limits.memory_mib

    def source_of(self, cell_id: str) -> str:
        """Source of a cell as its author wrote it, or "" for an unknown id."""
        cell = self._by_id().get(cell_id)
        return "\n".join(cell.source.splitlines()[cell.line_offset :]) if cell else ""

    def limit_of(self, cell_id: str) -> float:
        """Seconds that a cell may take."""
        return self.limits.cell_seconds


def assemble(
    lesson: Lesson,
    matching: Matching,
    limits: Limits,
    *,
    up_to: str | None = None,
    before: str | None = None,
    experiment: str | None = None,
    with_tests: bool = True,
) -> Assembly:
    """What a run consists of.

    Args:
        lesson: the course's lesson.
        matching: the student's cells by exercise.
        limits: of the module.
        up_to: an exercise's id: only its test is run, and of the rest what stands before it.
        before: an exercise's id: only what stands before its own cell, without tests.
        with_tests: whether tests are run.
        experiment: id of an experiment cell to run after what stands before it, without tests.
    """
    cells: list[AssembledCell] = []
    imports = import_lines(lesson)
    offset = 1 if imports else 0
    for cell in lesson.cells:
        if cell.id == before:
            break
        if cell.id == experiment:
            cells.append(AssembledCell(cell.id, cell.kind, cell.source))
            break
        if cell.kind is CellKind.TEST:
            wanted = (
                with_tests
                and experiment is None
                and before is None
                and up_to in (None, cell.id.removeprefix("test_"))
            )
            if wanted:
                source = f"{imports}\n{cell.source}" if imports else cell.source
                cells.append(AssembledCell(cell.id, cell.kind, source, offset))
            if up_to is not None and wanted:
                break
        else:
            cells.extend(_plain_cells(cell, matching))
    missing = {exercise.id for exercise in lesson.exercises} - set(matching.solutions)
    return Assembly(tuple(cells), frozenset(missing), limits)


def _plain_cells(cell: Cell, matching: Matching) -> Iterator[AssembledCell]:
    if cell.kind is CellKind.GIVEN:
        yield AssembledCell(cell.id, cell.kind, cell.source)
    elif cell.kind is CellKind.SOLUTION and cell.id in matching.solutions:
        yield AssembledCell(cell.id, cell.kind, matching.solutions[cell.id].source)
    for extra in matching.extras_after.get(cell.id, ()):
        yield AssembledCell(f"own-{extra.index}", None, extra.source)
