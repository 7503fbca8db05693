"""Exercises are found whatever another editor did, and the course's tests are what runs."""

from __future__ import annotations

from typing import Any

from tests.notebooks.lessons import cell, lesson, notebook
from tinytutor.curriculum import Limits
from tinytutor.notebooks.assembly import assemble
from tinytutor.notebooks.lesson import CellKind
from tinytutor.notebooks.matching import MatchedBy, match

ANSWER = "#| export\ndef double(x):\n    return x + x"


def answer(content: dict[str, Any]) -> None:
    cell(content, "double")["source"] = ANSWER


def lose_ids(content: dict[str, Any]) -> None:
    for number, one in enumerate(content["cells"]):
        one["id"] = f"lost{number}"


def lose_metadata(content: dict[str, Any]) -> None:
    for one in content["cells"]:
        one["metadata"] = {}


def test_by_id_then_grade_id_then_names() -> None:
    for edits, by in (
        ([answer], MatchedBy.ID),
        ([answer, lose_metadata], MatchedBy.ID),
        ([answer, lose_ids], MatchedBy.GRADE_ID),
        ([answer, lose_ids, lose_metadata], MatchedBy.NAMES),
    ):
        found = match(lesson(), notebook(*edits))
        assert found.solutions["double"].by is by
        assert found.solutions["double"].source == ANSWER


def test_by_position_when_nothing_else_is_left() -> None:
    def broken(content: dict[str, Any]) -> None:
        cell(content, "double")["source"] = "def double(x:"

    found = match(lesson(), notebook(broken, lose_ids, lose_metadata))
    assert found.solutions["double"].by is MatchedBy.POSITION
    assert any("lost its id" in note for note in found.notes)


def test_of_two_copies_the_edited_one_counts_and_both_are_named() -> None:
    def duplicate(content: dict[str, Any]) -> None:
        position = content["cells"].index(cell(content, "double"))
        copy = {**cell(content, "double"), "id": "copy"}
        content["cells"].insert(position + 1, copy)
        answer(content)

    found = match(lesson(), notebook(duplicate, lose_ids))
    assert found.solutions["double"].source == ANSWER
    assert any("cell 5 and cell 6" in note for note in found.notes)
    assert not found.extras_after


def test_deleted_exercise_is_missing_and_its_test_still_stands() -> None:
    def delete(content: dict[str, Any]) -> None:
        content["cells"].remove(cell(content, "double"))

    matching = match(lesson(), notebook(delete))
    assembly = assemble(lesson(), matching, Limits())
    assert assembly.missing == {"double"}
    assert assembly.test_ids == {"test_double", "test_root"}


def test_edited_or_deleted_tests_and_given_cells_do_not_count() -> None:
    def tamper(content: dict[str, Any]) -> None:
        cell(content, "test_double")["source"] = "pass"
        content["cells"].remove(cell(content, "test_root"))
        given = next(c for c in content["cells"] if "import math" in "".join(c["source"]))
        given["source"] = "math = None"

    matching = match(lesson(), notebook(tamper))
    assembly = assemble(lesson(), matching, Limits())
    assert "same(double(3), 6" in assembly.source_of("test_double")
    assert "test_root" in assembly.test_ids
    assert not any("math = None" in cell.source for cell in assembly.cells)
    assert sum("the course's was run" in note for note in matching.notes) == 2


def test_the_students_own_cells_run_in_their_place() -> None:
    def add(content: dict[str, Any]) -> None:
        position = content["cells"].index(cell(content, "double"))
        own = {"cell_type": "code", "id": "mine", "metadata": {}, "source": "my_helper = 1"}
        content["cells"].insert(position, own)

    matching = match(lesson(), notebook(add))
    order = [c.source for c in assemble(lesson(), matching, Limits()).cells]
    here = order.index("my_helper = 1")
    assert "def double" in order[here + 1]


def test_up_to_an_exercise_runs_its_test_alone() -> None:
    matching = match(lesson(), notebook(answer))
    first = assemble(lesson(), matching, Limits(), up_to="double")
    assert first.test_ids == {"test_double"}
    assert all("def root" not in cell.source for cell in first.cells)
    second = assemble(lesson(), matching, Limits(), up_to="root")
    assert second.test_ids == {"test_root"}
    assert any("def double" in cell.source for cell in second.cells)


def test_an_experiment_runs_after_what_stands_before_it() -> None:
    experiment = next(lesson().of_kind(CellKind.EXPERIMENT)).id
    assembly = assemble(
        lesson(), match(lesson(), notebook(answer)), Limits(), experiment=experiment
    )
    assert not assembly.test_ids
    assert assembly.cells[-1].source == 'print("measured")'


def test_without_tests_all_the_rest_runs() -> None:
    matching = match(lesson(), notebook(answer))
    whole = assemble(lesson(), matching, Limits())
    bare = assemble(lesson(), matching, Limits(), with_tests=False)
    assert list(bare.cells) == [cell for cell in whole.cells if cell.kind is not CellKind.TEST]


def test_imports_are_restored_before_each_test() -> None:
    assembly = assemble(lesson(), match(lesson(), notebook()), Limits())
    test = next(cell for cell in assembly.cells if cell.id == "test_double")
    assert test.source.splitlines()[0] == "import math; from tinytutor.kit import run_tests, same"
    assert assembly.source_of("test_double").startswith("def test_double")
