from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.progress.samples import attempt, happened, numbered, outcome, utc
from tests.progress.test_metrics import COURSE, a_story
from tinytutor.progress.events import CodeSaved, ModuleStarted
from tinytutor.progress.exporting import (
    COLUMNS,
    guarded,
    metrics_document,
    table_rows,
    to_csv,
    to_json,
)
from tinytutor.progress.metrics import measure

EXPECTED = f"""\
student,module,started_at,completed_at,completed,active_minutes,tests_passed,tests_total,\
pass_rate,attempts,hints,errors,confusion_reports
ada,01_m1,{utc(0)},{utc(150)},true,2.28,2,2,1.0,2,1,1,1
ada,02_m2,{utc(200)},,false,0.25,0,0,,0,0,0,0
ada,03_m3,,,false,0.0,0,0,,0,0,0,0
ada,04_m4,,,false,0.0,0,0,,0,0,0,0
"""


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def test_the_table_is_exact() -> None:
    content = to_csv(table_rows(measure(COURSE, a_story()), "ada"))
    assert content.decode() == EXPECTED.replace("\n", "\r\n")


def test_a_last_check_that_failed_gives_its_share() -> None:
    tests = (outcome("a", "passed"), outcome("b", "failed"), outcome("c", "not_reached"))
    events = numbered(happened(0, attempt(*tests)))
    row = table_rows(measure(COURSE, events), "ada")[1]
    assert (row["tests_passed"], row["tests_total"], row["pass_rate"]) == (1, 3, 0.3333)


@pytest.mark.parametrize(
    "name",
    [
        "=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "\0x", "＝1", "＋1", "－1", "＠x",
        "  =1", "\ufeff=1", " \ufeff -1", "=",
    ],
)  # fmt: skip
def test_formulas_are_guarded(name: str) -> None:
    rows = table_rows(measure(COURSE, a_story()), name)
    assert read(to_csv(rows))[1][0] == f"'{name}"


@pytest.mark.parametrize("name", ["ada", "", " ada", "a=b", "O'Neil", "1-2", 'ж, "q"\r\nz', "'=1"])
def test_plain_texts_stay_as_they_are(name: str) -> None:
    rows = table_rows(measure(COURSE, a_story()), name)
    assert read(to_csv(rows))[1][0] == name


@given(st.text())
def test_no_text_can_begin_a_formula_and_all_can_be_read_back(text: str) -> None:
    (header, row) = read(to_csv([{"name": text, "number": -3.5}], ("name", "number")))
    assert header == ["name", "number"]
    shown = text.encode("utf-8", "replace").decode()
    assert row in ([shown, "-3.5"], [f"'{shown}", "-3.5"])
    assert not guarded(text).lstrip(" \ufeff").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_numbers_stay_numbers_and_nothing_is_an_empty_cell() -> None:
    row = {"a": -3.5, "b": 0, "c": None, "d": True, "e": 1e-9}
    assert to_csv([row], tuple(row)).split(b"\r\n")[1] == b"-3.5,0,,true,1e-09"


def test_the_byte_order_mark_is_an_option() -> None:
    rows = table_rows(measure(COURSE, a_story()), "ada")
    assert to_csv(rows, byte_order_mark=True) == b"\xef\xbb\xbf" + to_csv(rows)


def test_lone_surrogates_break_no_file() -> None:
    assert b"?" in to_csv([{"name": "a\ud800"}], ("name",))


def test_every_row_has_every_column() -> None:
    for row in table_rows(measure(COURSE, a_story()), "ada"):
        assert tuple(row) == COLUMNS


def test_the_document_is_exact() -> None:
    document = json.loads(to_json(metrics_document(COURSE, a_story(), "ada")))
    first, *others = document.pop("modules")
    assert first == {
        "id": "01_m1",
        "started": True,
        "completed": True,
        "completion_rate": 1.0,
        "started_at": utc(0),
        "completed_at": utc(150),
        "active_seconds": 137.0,
        "elapsed_seconds": 150.0,
        "tests_passed": 3,
        "tests_run": 4,
        "pass_rate": 0.75,
        "first_try_pass_rate": 0.5,
        "attempts": 2,
        "errors": 1,
        "errors_by_type": {"Mismatch": 1},
        "errors_by_exercise": {"b": 1},
        "confusion_reports": 1,
        "confusion_places": {"intro": 1},
        "hints": 1,
        "solutions_shown": 0,
        "overridden": False,
        "active_seconds_by_gap": {"300": 137.0, "600": 137.0, "1800": 137.0},
    }
    assert [other["id"] for other in others] == ["02_m2", "03_m3", "04_m4"]
    assert document == {
        "schema_version": 1,
        "student": "ada",
        "course": "c",
        "course_version": "1",
        "gap_seconds": 600.0,
        "overall": {
            "modules": 4,
            "started": 2,
            "completed": 1,
            "completion_rate": 0.25,
            "active_seconds": 152.0,
            "elapsed_seconds": 215.0,
            "tests_passed": 3,
            "tests_run": 4,
            "pass_rate": 0.75,
            "attempts": 2,
            "errors": 1,
            "confusion_reports": 1,
            "hints": 1,
        },
    }


def test_what_other_gaps_would_give_stands_beside() -> None:
    events = numbered(
        happened(0, ModuleStarted()),
        *(happened(seconds, CodeSaved("c")) for seconds in (0, 200, 700, 1900)),
    )
    module = metrics_document(COURSE, events)["modules"][1]
    assert module["active_seconds"] == 700.0
    assert module["active_seconds_by_gap"] == {"300": 200.0, "600": 700.0, "1800": 1900.0}


def test_an_empty_log_is_a_document_too() -> None:
    document = json.loads(to_json(metrics_document(COURSE, [])))
    assert len(document["modules"]) == 4
    assert document["overall"]["pass_rate"] is None
