"""The student's file: solutions stripped, read back whatever its format, edited cell by cell."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from tests.notebooks.lessons import cell, lesson
from tinytutor.notebooks.library import library_source, reference_solutions
from tinytutor.notebooks.student import (
    NotebookUnreadableError,
    parse_student_notebook,
    read_student_notebook,
    save_cell_source,
    starter_notebook,
)


def test_a_starter_is_a_valid_notebook_without_solutions() -> None:
    text = starter_notebook(lesson())
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert "2 * x" not in text
    assert "math.sqrt" not in text
    content = json.loads(text)
    source = "".join(cell(content, "double")["source"])
    assert source.startswith("#| export\ndef double(x):")
    assert source.endswith("    # YOUR CODE HERE\n    raise NotImplementedError()")
    assert "def helper(x):\n    return x" in "".join(cell(content, "root")["source"])
    assert cell(content, "test_root")["metadata"]["editable"] is False
    assert cell(content, "root")["metadata"]["nbgrader"]["grade_id"] == "root"


def test_solutions_can_be_put_in() -> None:
    text = starter_notebook(lesson(), reference_solutions(lesson()))
    assert "return 2 * x" in text
    assert "BEGIN SOLUTION" not in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"nbformat": 4}',
        '{"nbformat": 4, "cells": 3}',
        '{"nbformat": 4, "cells": [3]}',
        '{"nbformat": 4, "cells": [{"cell_type": "code"}]}',
        '{"nbformat": 4, "cells": [{"cell_type": "code", "source": 7}]}',
        '{"nbformat": 99, "cells": []}',
        '{"nbformat": 3, "worksheets": 1}',
        "[" * 100_000,
    ],
)
def test_what_is_no_notebook_is_refused_with_a_next_step(text: str) -> None:
    with pytest.raises(NotebookUnreadableError, match=r"tinytutor reset|Jupyter"):
        parse_student_notebook(text, "x.ipynb")


def test_an_old_notebook_format_is_read() -> None:
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "code", "input": "x = 1", "outputs": [], "language": "python"}
                ]
            }
        ],
    }
    notebook = parse_student_notebook(json.dumps(old), "old.ipynb")
    assert [c.source for c in notebook.cells] == ["x = 1"]


def test_saving_a_cell_changes_that_cell_alone(tmp_path: Path) -> None:
    path = tmp_path / "07_numbers.ipynb"
    before = json.loads(starter_notebook(lesson()))
    before["metadata"]["unknown"] = {"kept": [1, "ä"]}
    path.write_text(json.dumps(before, indent=1), "utf-8")
    index = next(i for i, c in enumerate(before["cells"]) if c["id"] == "double")
    save_cell_source(path, index, "def double(x):\n    return x + x  # ü")
    after = json.loads(path.read_text("utf-8"))
    assert (
        read_student_notebook(path).cells[index].source == "def double(x):\n    return x + x  # ü"
    )
    after["cells"][index]["source"] = before["cells"][index]["source"]
    assert after == before


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.ipynb"
    with path.open("wb") as file:
        file.truncate(21 * 2**20)
    with pytest.raises(NotebookUnreadableError, match="Clear the outputs"):
        read_student_notebook(path)


def test_the_code_hash_ignores_prose_and_outputs() -> None:
    content = json.loads(starter_notebook(lesson()))
    first = parse_student_notebook(json.dumps(content), "x").code_sha256
    content["cells"][0]["source"] = "other prose"
    cell(content, "double")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "1"}]
    assert parse_student_notebook(json.dumps(content), "x").code_sha256 == first
    cell(content, "double")["source"] = "pass"
    assert parse_student_notebook(json.dumps(content), "x").code_sha256 != first


def test_the_library_file_has_the_exported_cells_without_directives() -> None:
    source = library_source(
        lesson(), {"double": "#| export\ndef double(x):\n    return x + x", "root": "root = 1"}
    )
    assert "import math" in source
    assert "return x + x" in source
    assert "tinytutor.kit" not in source
    assert "#|" not in source
    namespace: dict[str, object] = {}
    exec(compile(source, "numbers.py", "exec"), namespace)
    assert namespace["double"](4) == 8  # type: ignore[operator]
