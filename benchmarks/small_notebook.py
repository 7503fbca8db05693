"""The notebook that ours and its peers run alike: five exercises, NumPy, plain assertions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tinytutor.curriculum import Course
from tinytutor.curriculum.loader import load_course
from tinytutor.notebooks.lesson import CellKind, Lesson
from tinytutor.notebooks.library import reference_solutions
from tinytutor.notebooks.reading import read_lesson
from tinytutor.notebooks.student import starter_notebook

COURSE = Path(__file__).parent / "small_course"
MODULE = "01_vector"


def small_course() -> Course:
    return load_course(COURSE)


def small_lesson() -> Lesson:
    return read_lesson(small_course().module(MODULE))


def solved_notebook() -> str:
    """Text of the notebook with the reference solutions, as Jupyter has it."""
    lesson = small_lesson()
    return without_main(lesson, starter_notebook(lesson, reference_solutions(lesson)))


def without_main(lesson: Lesson, text: str) -> str:
    """A check does not run the main block and experiments: then nobody does."""
    notebook = json.loads(text)
    kinds = (CellKind.EXPERIMENT, CellKind.MAIN)
    dropped = {cell.id for kind in kinds for cell in lesson.of_kind(kind)}
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] not in dropped]
    return json.dumps(notebook, indent=1)


def source_notebook() -> str:
    """As the author has it for nbgrader: solutions between their marks."""
    lesson = small_lesson()
    sources = {exercise.id: exercise.solution.source for exercise in lesson.exercises}
    return without_main(lesson, starter_notebook(lesson, sources))


def write_otter_tests(folder: Path) -> None:
    """The same tests as files for otter, one per exercise."""
    folder.mkdir(parents=True, exist_ok=True)
    for exercise in small_lesson().exercises:
        name = f"test_{exercise.id}"
        source = exercise.test.source
        code = "\n".join(
            f"{'... ' if line.startswith((' ', chr(9))) or not line else '>>> '}{line}".rstrip()
            for line in source.splitlines()
            if line
        )
        test: dict[str, Any] = {
            "name": name,
            "points": 5,
            "suites": [
                {
                    "cases": [{"code": _doctest(code, name), "hidden": False, "locked": False}],
                    "scored": True,
                    "setup": "",
                    "teardown": "",
                    "type": "doctest",
                }
            ],
        }
        text = f"OK_FORMAT = True\n\ntest = {test!r}\n"
        (folder / f"{name}.py").write_text(text, "utf-8")


def _doctest(code: str, name: str) -> str:
    """Doctest form: the definition is closed by an empty continuation before the call."""
    return code.replace(f">>> {name}()", f"...\n>>> {name}()")
