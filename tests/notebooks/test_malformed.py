"""Notebooks that nobody should write: each is read, or refused with one clear error, soon."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.courses import NUMBERS as MODULE
from tests.courses import build_course, reference_cell
from tinytutor.curriculum import Limits
from tinytutor.curriculum.loader import load_course
from tinytutor.notebooks.assembly import assemble
from tinytutor.notebooks.lesson import Lesson
from tinytutor.notebooks.matching import match
from tinytutor.notebooks.reading import read_lesson
from tinytutor.notebooks.student import (
    MAX_BYTES,
    NotebookUnreadableError,
    parse_student_notebook,
    read_student_notebook,
    with_cell_source,
)

SECONDS = 5.0
"""Far more than any takes, far less than one that blows up."""


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    course = load_course(build_course(tmp_path_factory.mktemp("course")))
    return read_lesson(course.module(MODULE.id))


def cell(**changes: Any) -> dict[str, Any]:
    fields = {
        "cell_type": "code",
        "execution_count": None,
        "id": "double",
        "metadata": {"nbgrader": {"grade_id": "double", "solution": True, "schema_version": 3}},
        "outputs": [],
        "source": reference_cell(MODULE.exercises[0]),
    }
    return {key: value for key, value in (fields | changes).items() if value is not ...}


def notebook(*cells: Any, **changes: Any) -> str:
    fields = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps({k: v for k, v in (fields | changes).items() if v is not ...})


OLD = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {"name": "old"},
    "worksheets": [
        {
            "metadata": {},
            "cells": [
                {
                    "cell_type": "code",
                    "collapsed": False,
                    "input": reference_cell(MODULE.exercises[0]),
                    "language": "python",
                    "metadata": {"nbgrader": {"grade_id": "double"}},
                    "outputs": [],
                }
            ],
        }
    ],
}

READ = {
    "format 3": json.dumps(OLD),
    "format 4.0, no ids": notebook(cell(id=...), nbformat_minor=0),
    "format 4.4, no ids": notebook(cell(id=...), nbformat_minor=4),
    "a format of tomorrow": notebook(cell(), nbformat_minor=99),
    "a source of lines": notebook(
        cell(source=["#| export\n", "def double(x):\n", "    return 2*x"])
    ),
    "an id twice": notebook(cell(), cell()),
    "a grade_id twice": notebook(cell(id="one"), cell(id="two")),
    "no id and no metadata": notebook(cell(id=..., metadata=...)),
    "metadata null": notebook(cell(metadata=None)),
    "nbgrader without version": notebook(cell(metadata={"nbgrader": {"grade_id": "double"}})),
    "nbgrader null": notebook(cell(metadata={"nbgrader": None})),
    "an id that is a number": notebook(cell(id=7)),
    "NaN in metadata": notebook(cell(metadata={"score": float("nan")})),
    "infinity in outputs": notebook(cell(outputs=[{"data": {"x": float("inf")}}])),
    "outputs of a wrong kind": notebook(cell(outputs="many")),
    "hostile outputs": notebook(
        cell(outputs=[{"output_type": "stream", "text": "\x1b]0;owned\x07[@click=app.quit]x[/]"}])
    ),
    "tags that ask not to run": notebook(cell(metadata={"tags": ["skip-execution"]})),
    "a kernel of another kind": notebook(
        cell(), metadata={"kernelspec": {"name": "sh", "argv": ["rm", "-rf", "/"]}}
    ),
    "a lone surrogate": notebook(cell(source="x = '\ud800'")),
    "NUL in the source": notebook(cell(source="x = '\0'")),
    "a cell of unknown type": notebook(cell(cell_type="magic")),
    "no cells": notebook(),
    "a line of a megabyte": notebook(cell(source="x = '" + "y" * 2**20 + "'")),
    "deep code": notebook(cell(source="x = " + "(" * 5000 + ")" * 5000)),
    "deep indentation": notebook(
        cell(source="".join(" " * n + "if x:\n" for n in range(200)) + " " * 200 + "pass")
    ),
    "a key twice": notebook(cell()).replace('"nbformat": 4', '"nbformat": 3, "nbformat": 4'),
}

REFUSED = {
    "nothing": "",
    "half a file": notebook(cell())[:200],
    "not JSON": "cells: []",
    "a list": "[]",
    "a number": "4",
    "null": "null",
    "no format": notebook(cell(), nbformat=...),
    "a format in words": notebook(cell(), nbformat="4"),
    "a format that is true, and no cells": notebook(nbformat=True, cells=...),
    "format 0": notebook(cell(), nbformat=0),
    "format 5": notebook(cell(), nbformat=5, cells=...),
    "format 3 without cells": json.dumps({"nbformat": 3, "nbformat_minor": 0}),
    "format 3 with worksheets of a wrong kind": json.dumps(OLD | {"worksheets": 3}),
    "cells are no list": notebook(cells={"0": cell()}),
    "no cells at all": notebook(cells=...),
    "a cell that is text": notebook("cell"),
    "a cell that is null": notebook(None),
    "a cell without source": notebook(cell(source=...)),
    "a source that is a number": notebook(cell(source=5)),
    "a source of numbers": notebook(cell(source=[1, 2])),
    "a source of null": notebook(cell(source=None)),
    "metadata that is a list": notebook(cell(metadata=["x"])),
    "nbgrader that is text": notebook(cell(metadata={"nbgrader": "x"})),
    "nested without end": '{"nbformat": 4, "cells": ' + "[" * 200_000 + "]" * 200_000 + "}",
    "a number without end": '{"nbformat": 4, "cells": [' + "9" * 10_000 + "]}",
    "fifty thousand cells": notebook(*[cell(id=f"c{n}", source="x") for n in range(50_000)]),
    "code after the end": notebook(cell()) + "; import os",
}


@pytest.mark.parametrize("text", READ.values(), ids=READ)
def test_it_is_read_and_can_be_run(text: str, lesson: Lesson) -> None:
    began = time.process_time()
    student = parse_student_notebook(text, "work.ipynb")
    matching = match(lesson, student)
    assembly = assemble(lesson, matching, Limits())
    assert assembly.test_ids == {"test_double", "test_half"}, "the course's tests, whatever it says"
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_it_is_refused_with_a_next_step(text: str) -> None:
    began = time.process_time()
    with pytest.raises(NotebookUnreadableError, match=r"work\.ipynb: .+") as refusal:
        parse_student_notebook(text, "work.ipynb")
    assert "tinytutor reset" in str(refusal.value)
    assert len(str(refusal.value)) < 1000
    assert time.process_time() - began < SECONDS


def test_a_file_of_a_hundred_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "work.ipynb"
    with path.open("wb") as file:
        file.truncate(100 * 2**20)
    assert path.stat().st_size > MAX_BYTES
    with pytest.raises(NotebookUnreadableError, match="100 MiB"):
        read_student_notebook(path)


@pytest.mark.parametrize("raw", [b"\xff\xfe{\x00}\x00", b"\x80abc", b"PK\x03\x04"])
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "work.ipynb"
    path.write_bytes(raw)
    with pytest.raises(NotebookUnreadableError, match=r"UTF-8|not JSON"):
        read_student_notebook(path)


def test_what_is_unknown_is_kept_when_a_cell_is_saved() -> None:
    text = notebook(
        cell(metadata={"mine": {"deep": [1, None]}}, attachments={"a": 1}), tomorrow="kept"
    )
    saved = json.loads(with_cell_source(text, 0, "x = 1", "work.ipynb"))
    assert saved["tomorrow"] == "kept"
    assert saved["cells"][0]["metadata"]["mine"] == {"deep": [1, None]}
    assert saved["cells"][0]["attachments"] == {"a": 1}
