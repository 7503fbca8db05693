"""A solved notebook runs in plain Jupyter, beside the library, without an error in any cell.

Some of them, if thorough all: each lesson runs as a program in `test_lessons`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.conftest import THOROUGH
from tests.modules.conftest import MODULE_IDS
from tinytutor.curriculum import Course
from tinytutor.notebooks.lesson import CellKind
from tinytutor.notebooks.library import reference_solutions
from tinytutor.notebooks.reading import read_lesson
from tinytutor.notebooks.student import starter_notebook


@pytest.mark.parametrize("module_id", MODULE_IDS if THOROUGH else MODULE_IDS[3::6])
def test_every_cell_runs_in_jupyter(
    course: Course, reference_folder: Path, tmp_path: Path, module_id: str
) -> None:
    lesson = read_lesson(course.module(module_id))
    shutil.copytree(reference_folder / course.library, tmp_path / course.library)
    text = starter_notebook(lesson, reference_solutions(lesson))
    notebook = nbformat.reads(text, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    main = notebook.cells[-1]
    printed = "".join(output.get("text", "") for output in main.outputs)
    assert f"{len(lesson.exercises)} passed, 0 failed" in printed
    shown = {cell.id for cell in notebook.cells if cell.cell_type == "code" and cell.outputs}
    for experiment in lesson.of_kind(CellKind.EXPERIMENT):
        assert experiment.id in shown, "an experiment shows what it measured"
