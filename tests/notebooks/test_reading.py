"""An author's lesson becomes cells, exercises and sections, or a list of problems with lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.notebooks.lessons import LESSON, lesson
from tinytutor.notebooks.lesson import CellKind, import_lines
from tinytutor.notebooks.reading import LessonError, parse_lesson


def test_cells_have_kinds_ids_and_lines() -> None:
    cells = lesson().cells
    assert [cell.kind for cell in cells] == [
        CellKind.TEXT,
        CellKind.GIVEN,
        CellKind.GIVEN,
        CellKind.TEXT,
        CellKind.SOLUTION,
        CellKind.TEST,
        CellKind.TEXT,
        CellKind.SOLUTION,
        CellKind.TEST,
        CellKind.TEXT,
        CellKind.EXPERIMENT,
        CellKind.MAIN,
    ]
    assert len({cell.id for cell in cells}) == len(cells)
    lines = LESSON.splitlines()
    for cell in cells:
        assert lines[cell.line - 1] == cell.source.splitlines()[0]


def test_exercises_pair_a_solution_with_its_test() -> None:
    first, second = lesson().exercises
    assert (first.id, first.number, first.title, first.test.points) == ("double", 1, "Doubling", 3)
    assert (second.id, second.number, second.title, second.test.id) == (
        "root",
        2,
        "Rooting",
        "test_root",
    )


def test_sections_follow_the_headings_outside_of_fences() -> None:
    sections = lesson().sections
    assert [section.title for section in sections] == [
        "07 Numbers",
        "1. Doubling",
        "2. Rooting",
        "Systems analysis",
    ]
    assert [section.exercise_id for section in sections] == [None, "double", "root", None]


def test_title_and_export_name() -> None:
    assert (lesson().title, lesson().export_name) == ("Numbers", "numbers")


def test_import_lines_are_one_line_of_the_given_imports() -> None:
    assert import_lines(lesson()) == "import math; from tinytutor.kit import run_tests, same"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"grade_id": "root"', '"grade_id": "double"', "grade_id 'double' is taken by line"),
        ("#| default_exp numbers\n", "", "exactly one cell must say `#| default_exp NAME`"),
        ("    ### BEGIN SOLUTION\n    return 2 * x\n", "", "has no `### BEGIN SOLUTION` region"),
        ("    return 2 * x\n    ### END SOLUTION\n", "", "BEGIN and END SOLUTION don't pair"),
        ('"test_root"', '"check_root"', "must be followed by its test 'test_root'"),
        ('"test_double"', '"test_twice"', "test 'test_twice' belongs to no exercise"),
    ],
)
def test_problems_name_file_line_and_what_to_do(old: str, new: str, problem: str) -> None:
    assert old in LESSON
    with pytest.raises(LessonError) as raised:
        parse_lesson(LESSON.replace(old, new, 1), "07_numbers", Path("numbers.py"))
    assert any(problem in text for text in raised.value.problems)
    assert all(text.startswith("numbers.py:") for text in raised.value.problems)


def test_all_problems_are_told_together() -> None:
    broken = LESSON.replace("#| default_exp numbers\n", "").replace('"test_root"', '"x_root"')
    with pytest.raises(LessonError) as raised:
        parse_lesson(broken, "07_numbers", Path("numbers.py"))
    assert len(raised.value.problems) >= 3


def test_the_hash_of_tests_ignores_prose_and_solutions() -> None:
    def hashed(old: str, new: str) -> str:
        text = LESSON.replace(old, new)
        assert text != LESSON
        return parse_lesson(text, "07_numbers", Path("numbers.py")).tests_sha256

    assert hashed("What you build.", "What you make.") == lesson().tests_sha256
    assert hashed("return 2 * x", "return x + x") == lesson().tests_sha256
    assert hashed("same(root(9), 3", "same(root(16), 4") != lesson().tests_sha256
    assert hashed("import math", "import cmath as math") != lesson().tests_sha256
