"""Every lesson of the course, as its students and its readers meet it."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.modules.conftest import MODULE_IDS
from tinytutor.authoring.mistakes import read_mistakes
from tinytutor.curriculum import Course
from tinytutor.curriculum.graph import ancestors
from tinytutor.notebooks.lesson import CellKind
from tinytutor.notebooks.reading import read_lesson
from tinytutor.tutor.hints import read_hints
from tinytutor.tutor.puzzles import read_puzzle

each_module = pytest.mark.parametrize("module_id", MODULE_IDS)


@each_module
def test_the_lesson_runs_as_a_program_and_its_main_block_runs_every_test(
    course: Course, reference_folder: Path, module_id: str
) -> None:
    module = course.module(module_id)
    environment = {**os.environ, "PYTHONPATH": str(reference_folder), "OPENBLAS_NUM_THREADS": "1"}
    run = subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", str(module.lesson_path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**environment, "PYTHONIOENCODING": "utf-8"},
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    passed = set(re.findall(r"^✓ (\w+)$", run.stdout, re.MULTILINE))
    assert passed == {exercise.test.id for exercise in read_lesson(module).exercises}


@each_module
def test_each_test_cell_defines_its_test_and_calls_it(course: Course, module_id: str) -> None:
    for exercise in read_lesson(course.module(module_id)).exercises:
        body = ast.parse(exercise.test.source).body
        defined = [node.name for node in body if isinstance(node, ast.FunctionDef)]
        last = ast.unparse(body[-1])
        assert exercise.test.id in defined
        assert last == f"{exercise.test.id}()"
        assert exercise.test.points > 0


@each_module
def test_imports_stay_within_the_prerequisites(course: Course, module_id: str) -> None:
    available = {
        read_lesson(course.module(name)).export_name for name in ancestors(course, module_id)
    }
    for cell in read_lesson(course.module(module_id)).cells:
        if not cell.is_code:
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ImportFrom) and node.module:
                root, _, rest = node.module.partition(".")
                assert all(alias.name != "*" for alias in node.names)
                if root == course.library:
                    assert rest in available, f"{node.module} is not a prerequisite"
                elif root == "tinytutor":
                    assert node.module == "tinytutor.kit"


@each_module
def test_help_is_complete(course: Course, module_id: str) -> None:
    module = course.module(module_id)
    lesson = read_lesson(module)
    for exercise in lesson.exercises:
        assert len(read_hints(module, exercise.id)) == 4, "three steps and a worked example"
    mistakes = list(read_mistakes(module, lesson))
    for exercise in lesson.exercises:
        assert sum(m.exercise_id == exercise.id for m in mistakes) >= 3
    questions = yaml.safe_load((module.folder / "quiz.yaml").read_text("utf-8"))
    assert 4 <= len(questions) <= 6
    for question in questions:
        assert set(question) == {"question", "choices", "answer", "because"}
        assert 1 <= question["answer"] <= len(question["choices"])


SECTIONS = (
    "Systems analysis",
    "In production",
    "Misconceptions",
    "Questions to think about",
    "Quick reference",
    "Summary and what comes next",
)


@each_module
def test_puzzles_are_code_with_one_right_order(course: Course, module_id: str) -> None:
    module = course.module(module_id)
    for exercise_id in yaml.safe_load((module.folder / "hints.yaml").read_text("utf-8")):
        puzzle = read_puzzle(module, exercise_id)
        if puzzle is None:
            continue
        # A function around it, since most puzzles return.
        ast.parse("def puzzle():\n" + "\n".join(f"    {line}" for line in puzzle.solution))
        assert len(set(puzzle.pieces)) == len(puzzle.pieces), f"{exercise_id}: two lines are alike"
        assert puzzle.distractors, f"{exercise_id}: nothing to choose from"


@each_module
def test_the_lesson_has_its_parts_in_order(course: Course, module_id: str) -> None:
    module, lesson = course.module(module_id), read_lesson(course.module(module_id))
    titles = [section.title for section in lesson.sections]
    places = [titles.index(title) for title in SECTIONS]
    assert places == sorted(places)
    assert lesson.cells[-1].kind is CellKind.MAIN
    assert any("prediction" in cell.tags for cell in lesson.cells)
    assert any(cell.kind is CellKind.EXPERIMENT for cell in lesson.cells)
    assert 5 <= len(lesson.exercises) <= 9
    head = lesson.cells[0].source
    assert head.startswith(f"# {module.number:02d} {module.title}\n")
    assert f"Difficulty {module.difficulty} of 5" in head
    for required in module.required_ids:
        prerequisite = course.module(required)
        assert f"{prerequisite.number:02d} {prerequisite.title}" in head


@each_module
def test_the_lesson_fits_80_columns(course: Course, module_id: str) -> None:
    for cell in read_lesson(course.module(module_id)).cells:
        lines = cell.source.splitlines()
        if cell.kind is CellKind.TEXT:
            fenced = False
            for line in lines:
                fenced ^= line.lstrip().startswith("```")
                limit = 80 if not line.startswith("|") else 200
                assert len(line) <= limit, line
        else:
            assert all(len(line) <= 88 for line in lines), cell.id


WORDS_OF_GRADIENTS = re.compile(
    r"\b(gradients?|grads?|backward|backprop\w*|autograd|derivatives?|requires_grad)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("module_id", [i for i in MODULE_IDS if i < "06"])
def test_nothing_speaks_of_gradients_before_they_are_taught(course: Course, module_id: str) -> None:
    folder = course.module(module_id).folder
    for path in sorted(folder.rglob("*.*")):
        if path.suffix in (".py", ".yaml"):
            found = WORDS_OF_GRADIENTS.search(path.read_text("utf-8"))
            assert found is None, f"{path.name} says {found and found[0]!r}"
