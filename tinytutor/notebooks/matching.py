"""Finds the course's exercises in a student's notebook, whatever other editors did to it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tinytutor.notebooks.lesson import CellKind, Exercise, Lesson, starter_source
from tinytutor.notebooks.student import StudentCell, StudentNotebook


class MatchedBy(StrEnum):
    """What identified a cell."""

    ID = "cell id"
    GRADE_ID = "grade_id"
    NAMES = "the names that it defines"
    POSITION = "its place"


@dataclass(frozen=True, slots=True)
class MatchedCell:
    """The student's cell of an exercise."""

    source: str
    index: int
    """Position in the student's notebook, from 0."""
    by: MatchedBy


@dataclass(frozen=True)
class Matching:
    """The student's notebook seen through the lesson."""

    solutions: Mapping[str, MatchedCell]
    """By exercise id; an exercise without a cell is missing."""
    extras_after: Mapping[str, Sequence[StudentCell]] = field(default_factory=dict)
    """The student's own code cells, by the id of the lesson cell that they follow."""
    notes: tuple[str, ...] = ()
    """What a student should know about the notebook: repairs, duplicates, edited tests."""


def match(lesson: Lesson, notebook: StudentNotebook) -> Matching:
    """Matches by id, then `grade_id`, then defined names, then position."""
    free = {cell.index: cell for cell in notebook.cells if cell.is_code}
    solutions: dict[str, MatchedCell] = {}
    notes: list[str] = []

    def take(exercise: Exercise, cell: StudentCell, by: MatchedBy) -> None:
        solutions[exercise.id] = MatchedCell(cell.source, cell.index, by)
        free.pop(cell.index, None)

    for by in (MatchedBy.ID, MatchedBy.GRADE_ID, MatchedBy.NAMES):
        for exercise in lesson.exercises:
            if exercise.id in solutions:
                continue
            found = [cell for cell in free.values() if _fits(cell, exercise, by)]
            if found:
                chosen = _edited_first(found, exercise)
                if len(found) > 1:
                    copies = " and ".join(f"cell {cell.index + 1}" for cell in found)
                    notes.append(
                        f"exercise {exercise.id!r} is in {copies}: cell {chosen.index + 1} counts. "
                        f"Delete the other one."
                    )
                take(exercise, chosen, by)
                for other in found:
                    free.pop(other.index, None)
    course_cells = _take_course_cells(lesson, notebook, free, notes)
    for exercise in lesson.exercises:
        if exercise.id not in solutions:
            only = _only_between(exercise, lesson, solutions, course_cells, free)
            if only is not None:
                take(exercise, only, MatchedBy.POSITION)
    for exercise in lesson.exercises:
        matched = solutions.get(exercise.id)
        if matched and matched.by in (MatchedBy.NAMES, MatchedBy.POSITION):
            notes.append(
                f"exercise {exercise.id!r} lost its id; found by {matched.by} in cell "
                f"{matched.index + 1}"
            )
    places = {matched.index: exercise_id for exercise_id, matched in solutions.items()}
    return Matching(solutions, _extras(lesson, free, places | course_cells), tuple(notes))


def _fits(cell: StudentCell, exercise: Exercise, by: MatchedBy) -> bool:
    if by is MatchedBy.ID:
        return cell.id == exercise.id
    if by is MatchedBy.GRADE_ID:
        return cell.grade_id == exercise.id
    wanted = _names(exercise.solution.source)
    return bool(wanted) and wanted <= _names(cell.source) and "YOUR CODE" not in cell.source


def _names(source: str) -> set[str]:
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return set()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in body if isinstance(node, kinds)}


def _edited_first(cells: Sequence[StudentCell], exercise: Exercise) -> StudentCell:
    starter = _normal(starter_source(exercise.solution.source))
    edited = [cell for cell in cells if _normal(cell.source) != starter]
    return (edited or cells)[0]


def _normal(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _take_course_cells(
    lesson: Lesson,
    notebook: StudentNotebook,
    free: dict[int, StudentCell],
    notes: list[str],
) -> dict[int, str]:
    """Removes copies of the course's own cells from `free`; position → lesson cell."""
    others = [cell for cell in lesson.cells if cell.kind is not CellKind.SOLUTION]
    by_id = {cell.id: cell for cell in others}
    by_source = {_normal(cell.source): cell for cell in others if cell.is_code}
    found: dict[int, str] = {}
    for student_cell in notebook.cells:
        original = (
            by_id.get(student_cell.id)
            or by_id.get(student_cell.grade_id or "")
            or (by_source.get(_normal(student_cell.source)) if student_cell.is_code else None)
        )
        if original is None:
            continue
        found[student_cell.index] = original.id
        free.pop(student_cell.index, None)
        edited = _normal(student_cell.source) != _normal(original.source)
        if edited and original.kind is CellKind.TEST:
            notes.append(
                f"cell {student_cell.index + 1} ({original.id}) differs from the course's test; "
                f"the course's was run"
            )
        elif edited and original.kind is CellKind.GIVEN:
            notes.append(
                f"cell {student_cell.index + 1} was given by the course and is changed; "
                f"the course's was run. Write your own code in a cell of your own."
            )
    return found


def _only_between(
    exercise: Exercise,
    lesson: Lesson,
    solutions: Mapping[str, MatchedCell],
    course_cells: Mapping[int, str],
    free: Mapping[int, StudentCell],
) -> StudentCell | None:
    """The unmatched code cell between the neighbours of an exercise, if there is just one."""
    order = {cell.id: number for number, cell in enumerate(lesson.cells)}
    here = order[exercise.id]
    known = {matched.index: order[exercise_id] for exercise_id, matched in solutions.items()}
    known |= {index: order[cell_id] for index, cell_id in course_cells.items()}
    low = max((index for index, number in known.items() if number < here), default=-1)
    high = min((index for index, number in known.items() if number > here), default=10**9)
    between = [cell for index, cell in free.items() if low < index < high]
    return between[0] if len(between) == 1 else None


def _extras(
    lesson: Lesson, free: Mapping[int, StudentCell], places: Mapping[int, str]
) -> dict[str, list[StudentCell]]:
    first = lesson.cells[0].id
    extras: dict[str, list[StudentCell]] = {}
    for index in sorted(free):
        if free[index].source.strip():
            before: Iterable[int] = (place for place in places if place < index)
            anchor = places.get(max(before, default=-1), first)
            extras.setdefault(anchor, []).append(free[index])
    return extras
