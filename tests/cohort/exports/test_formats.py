"""Each format read back by a program of somebody else's, cell by cell."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("duckdb")

from tests.cohort.conftest import Made
from tests.cohort.reference import events_by_student, metrics_by_student
from tests.cohort.samples import COURSE, honest_bundle
from tests.cohort.test_bundles import a_story
from tests.progress.samples import happened, numbered
from tinytutor.cohort.errors import CanvasFileError, KeyFileError, RosterError
from tinytutor.cohort.exports.exporting import Wishes, export
from tinytutor.cohort.exports.roster import Person, read_roster
from tinytutor.cohort.pseudonyms import create_key, pseudonym, read_key
from tinytutor.cohort.records.cohort import Cohort
from tinytutor.cohort.sources import opened
from tinytutor.progress.events import AttemptFinished, ModuleStarted
from tinytutor.progress.exporting import COLUMNS, metrics_document, table_rows
from tinytutor.progress.outcomes import TestStatus

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def cohort(messy: Made) -> Iterator[Cohort]:
    with Cohort(messy.folder, COURSE) as found:
        yield found


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def expected_rows(messy: Made) -> list[dict[str, Any]]:
    """What `tinytutor export` of each workspace alone gives."""
    metrics = metrics_by_student(messy.inbox, COURSE)
    return [row for student in sorted(metrics) for row in table_rows(metrics[student], student)]


def as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def test_csv_is_what_each_student_alone_would_export(cohort: Cohort, messy: Made) -> None:
    found = rows_of(export(cohort, "csv", Wishes()).content)
    expected = expected_rows(messy)
    assert len(found) == len(expected)
    for row, plain in zip(found, expected, strict=True):
        assert tuple(row) == COLUMNS
        assert row == {name: as_text(value) for name, value in plain.items()}


def test_json_has_the_figures_of_each_students_own_document(cohort: Cohort, messy: Made) -> None:
    document = json.loads(export(cohort, "json", Wishes()).content)
    assert (document["course"], document["gap_seconds"]) == (COURSE.id, 600.0)
    events = events_by_student(messy.inbox, COURSE)
    assert [student["student"] for student in document["students"]] == sorted(events)
    for student in document["students"]:
        plain = metrics_document(COURSE, events[student["student"]])
        own = plain["modules"]
        assert isinstance(own, list)
        for module, expected in zip(student["modules"], own, strict=True):
            for key, value in module.items():
                if isinstance(value, float):
                    assert value == pytest.approx(expected[key], abs=2e-3), key
                elif key == "active_seconds_by_gap":
                    assert value == pytest.approx(expected[key], abs=2e-3)
                else:
                    assert value == expected[key], key


def test_xlsx_read_by_openpyxl(cohort: Cohort, messy: Made) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(export(cohort, "xlsx", Wishes()).content))
    header, *rows = book["progress"].iter_rows(values_only=True)
    assert header == COLUMNS
    for row, plain in zip(rows, expected_rows(messy), strict=True):
        assert row == tuple(plain.values())
    about = dict(book["about"].iter_rows(values_only=True))
    assert (about["gap_seconds"], about["course"]) == (600, COURSE.id)


def test_parquet_read_by_pyarrow(cohort: Cohort, messy: Made) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(io.BytesIO(export(cohort, "parquet", Wishes()).content))
    assert tuple(table.column_names) == COLUMNS
    assert table.schema.metadata[b"gap_seconds"] == b"600.0"
    for row, plain in zip(table.to_pylist(), expected_rows(messy), strict=True):
        for name in ("started_at", "completed_at"):
            row[name] = row[name] and row[name].isoformat(timespec="milliseconds") + "Z"
        assert row == plain


# Names from outside


FORMULA = "=HYPERLINK(evil)"


@pytest.fixture
def formulas(tmp_path: Path) -> Iterator[Cohort]:
    honest_bundle(tmp_path / "b.zip", a_story(), student=FORMULA)
    with opened([tmp_path / "b.zip"], COURSE) as found:
        yield found


@pytest.mark.parametrize("kind", ["csv", "canvas", "moodle", "nbgrader"])
def test_no_cell_is_a_formula(formulas: Cohort, kind: str) -> None:
    content = export(formulas, kind, Wishes()).content.decode()
    cells = [cell for row in csv.reader(io.StringIO(content, newline="")) for cell in row]
    assert f"'{FORMULA}" in cells
    assert not [cell for cell in cells if cell.startswith("=")]


def test_no_cell_of_a_workbook_is_a_formula(formulas: Cohort) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(export(formulas, "xlsx", Wishes()).content))
    cell = book["progress"]["A2"]
    assert (cell.value, cell.data_type) == (f"'{FORMULA}", "s")


# Pseudonyms


def test_pseudonyms_hide_names_and_their_order(cohort: Cohort, messy: Made) -> None:
    wishes = Wishes(naming=lambda student: pseudonym(KEY, COURSE.id, student))
    names = {incoming.student for incoming in messy.inbox.incoming}
    for kind in ("csv", "json", "xlsx", "parquet"):
        content = export(cohort, kind, wishes).content
        assert not any(name.encode() in content for name in names)
    order = [row["student"] for row in rows_of(export(cohort, "csv", wishes).content)]
    assert order == sorted(order)
    assert set(order) == {pseudonym(KEY, COURSE.id, name) for name in names}


def test_a_pseudonym_is_the_hmac_that_is_documented() -> None:
    import hashlib
    import hmac

    expected = hmac.new(KEY, b"c\x00ada", hashlib.sha256).digest()[:16].hex()
    assert pseudonym(KEY, "c", "ada") == expected
    assert pseudonym(KEY, "d", "ada") != expected
    assert pseudonym(bytes(32), "c", "ada") != expected


def test_a_key_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"
    create_key(path)
    assert len(read_key(path)) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        create_key(path)
    path.chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_key(path)
    path.chmod(0o600)
    path.write_text("short")
    with pytest.raises(KeyFileError, match="no key"):
        read_key(path)


# Gradebooks


def canvas_reader(content: bytes) -> dict[str, dict[str, str]]:
    """SIS user id → column → cell, by the rules by which Canvas reads an import."""
    header, *rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert "Student" in header[0]
    assert header[1] == "ID"
    last = max(at for at, name in enumerate(header[:6]) if "Section" in name)
    if rows and "Points Possible" in rows[0][0]:
        points = rows.pop(0)
        assert all(float(cell) > 0 for cell in points[last + 1 :])
    sis = header.index("SIS User ID")
    return {row[sis]: dict(zip(header[last + 1 :], row[last + 1 :], strict=True)) for row in rows}


def test_canvas_reads_what_was_scored(cohort: Cohort, messy: Made) -> None:
    wishes = Wishes(points=20.0, assignments={"02_m2": "48213"})
    found = canvas_reader(export(cohort, "canvas", wishes).content)
    metrics = metrics_by_student(messy.inbox, COURSE)
    assert found.keys() == metrics.keys()
    for student, cells in found.items():
        assert list(cells) == ["01 M1", "02 M2 (48213)", "03 M3", "04 M4"]
        for module, cell in zip(metrics[student].modules, cells.values(), strict=True):
            total = module.result_total
            assert cell == (f"{20 * module.result_passed / total:.2f}" if total else "")


CANVAS_EXPORT = """\
\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Essay (1),Module 1 (77),M2 (78),Current Score
    Points Possible,,,,,10,5,50,(read only)
"=Lovelace, Ada",901,s000000,ada@x.edu,A,9,,,90
"Babbage, Charles",902,unknown,cb@x.edu,A,8,3.5,-,80
"Student, Test",,,,A,,,,
"""


def test_an_instructors_own_canvas_file_is_filled(cohort: Cohort, tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    path.write_text(CANVAS_EXPORT, "utf-8")
    exported = export(cohort, "canvas", Wishes(into=path))
    content = exported.content.decode()
    header, points, ada, charles, test = list(csv.reader(io.StringIO(content, newline="")))
    assert header == [
        "Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Module 1 (77)", "M2 (78)",
    ]  # fmt: skip
    assert points == ["    Points Possible", "", "", "", "", "5", "50"]
    assert ada[:5] == ["'=Lovelace, Ada", "901", "s000000", "ada@x.edu", "A"]
    scores = {s["module"]: s for s in rows_of(export(cohort, "csv", Wishes()).content)[:4]}
    assert ada[5] == f"{5 * float(scores['01_m1']['pass_rate']):.2f}"
    assert charles[5:] == ["3.5", "-"]
    assert test[0] == "Student, Test"
    notes = " ".join(exported.notes)
    assert "Module 1 (77), M2 (78)" in notes
    assert "no column for: 03_m3, 04_m4" in notes
    assert "s000001" in notes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "no Canvas export"),
        ("Student,ID,SIS User ID,SIS Login ID,Section,Essay (1)\n", "no column for any module"),
        (CANVAS_EXPORT.replace("10,5,50", "10,x,50"), "Points Possible"),
        ("", "empty"),
        ("Student,ID,Section\n\0,1,2\n", "not CSV"),
    ],
)
def test_a_file_that_is_not_canvass_is_refused(
    cohort: Cohort, tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "grades.csv"
    path.write_text(text, "utf-8")
    with pytest.raises((CanvasFileError, RosterError), match=words):
        export(cohort, "canvas", Wishes(into=path))


def test_moodle_gets_numbers_never_above_the_maximum(cohort: Cohort) -> None:
    people = {"s000000": Person("s000000", "Lovelace", "Ada", "ada@x.edu")}
    exported = export(cohort, "moodle", Wishes(points=10.0, people=people))
    (row,) = rows_of(exported.content)
    assert (row["ID number"], row["Email address"]) == ("s000000", "ada@x.edu")
    assert list(row)[2:4] == ["01 M1", "01 M1 feedback"]
    cells = [row[module.label] for module in COURSE.modules]
    assert all(cell == "" or 0 <= float(cell) <= 10 for cell in cells)
    assert any(cells)
    assert "not in the roster" in exported.notes[0]


def test_nbgrader_has_the_columns_of_its_own_export(cohort: Cohort) -> None:
    people = {"s000000": Person("s000000", "Lovelace", "Ada", "ada@x.edu")}
    content = export(cohort, "nbgrader", Wishes(people=people)).content
    rows = rows_of(content)
    assert ",".join(rows[0]) == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,"
        "late_submission_penalty,score,max_score"
    )
    assert (rows[0]["assignment"], rows[0]["last_name"]) == ("01_m1", "Lovelace")
    assert float(rows[0]["score"]) <= float(rows[0]["max_score"]) == 100.0


def test_scores_of_the_instructors_own_run_take_the_place_of_reported_ones(
    cohort: Cohort,
) -> None:
    wishes = Wishes(points=10.0, graded={("s000000", "01_m1"): (3.0, 12.0)})
    found = canvas_reader(export(cohort, "canvas", wishes).content)
    assert found["s000000"]["01 M1"] == "2.50"
    assert {cell for cells in found.values() for cell in cells.values()} == {"2.50", ""}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\nada\n", "no column with the students' ids"),
        ("student_id\nada\nada\n", ":3: 'ada' a second time"),
        ("student_id\n\xff", "not CSV"),
    ],
)
def test_a_roster_that_can_not_be_used_says_where(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(RosterError, match=words):
        read_roster(path)


def test_a_roster_in_canvas_or_own_words(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text("\ufeffSIS User ID,Email,Last Name,First name\ns1,a@x,Love,Ada\n,,,\n", "utf-8")
    assert read_roster(path) == {"s1": Person("s1", "Love", "Ada", "a@x")}


# xAPI


def statements_of(cohort: Cohort) -> list[dict[str, Any]]:
    wishes = Wishes(naming=lambda s: pseudonym(KEY, COURSE.id, s), domain="learn.example.edu")
    content = export(cohort, "xapi", wishes).content
    return [json.loads(line) for line in content.splitlines()]


def test_statements_are_those_of_the_events(cohort: Cohort, messy: Made) -> None:
    found = statements_of(cohort)
    kinds = [statement["verb"]["id"].rpartition("/")[2] for statement in found]
    events = [
        event
        for log in events_by_student(messy.inbox, COURSE).values()
        for event in log
        if event.module_id
    ]
    attempts = [event.what for event in events if isinstance(event.what, AttemptFinished)]
    outcomes = [test.status for attempt in attempts for test in attempt.tests]
    assert kinds.count("initialized") == sum(isinstance(e.what, ModuleStarted) for e in events)
    assert kinds.count("attempted") == len(attempts)
    assert kinds.count("passed") == outcomes.count(TestStatus.PASSED)
    assert kinds.count("failed") == sum(
        status not in (TestStatus.PASSED, TestStatus.NOT_REACHED) for status in outcomes
    )
    for verb in ("completed", "requested-attention", "commented"):
        assert kinds.count(verb) > 0


def test_statements_have_the_form_that_was_accepted(cohort: Cohort, messy: Made) -> None:
    found = statements_of(cohort)
    assert len({statement["id"] for statement in found}) == len(found)
    names = {incoming.student for incoming in messy.inbox.incoming}
    for statement in found:
        assert str(uuid.UUID(statement["id"])) == statement["id"]
        account = statement["actor"]["account"]
        assert account["homePage"] == "https://learn.example.edu/xapi/pseudonym/v1"
        assert len(account["name"]) == 32
        assert statement["timestamp"].endswith("Z")
        duration = statement.get("result", {}).get("duration", "PT0.00S")
        assert duration.startswith("PT") and duration.endswith("S")
        assert len(duration.partition(".")[2]) == 3
    told = json.dumps(found)
    assert not any(name in told for name in names)
    assert statements_of(cohort) == found


def test_words_go_along_only_where_they_were_handed_in(tmp_path: Path) -> None:
    for with_texts in (True, False):
        path = tmp_path / f"{with_texts}.zip"
        honest_bundle(path, a_story(), with_texts=with_texts)
        with opened([path], COURSE) as cohort:
            said = [s for s in statements_of(cohort) if s["verb"]["id"].endswith("commented")]
        assert len(said) == 1
        assert ("result" in said[0]) is with_texts


def test_a_result_without_points_and_an_empty_cohort(tmp_path: Path) -> None:
    story = a_story()
    check = story[1].what
    assert isinstance(check, AttemptFinished)
    free = replace(check, tests=(replace(check.tests[0], points=0.0),))
    events = numbered(happened(0, free, "01_m1"))
    honest_bundle(tmp_path / "b.zip", events)
    with opened([tmp_path / "b.zip"], COURSE) as cohort:
        (_, failed) = statements_of(cohort)
    assert failed["result"]["score"] == {"scaled": 0.0}
    honest_bundle(tmp_path / "e.zip", [], student="eve")
    with opened([tmp_path / "e.zip"], COURSE) as cohort:
        assert statements_of(cohort) == []
        assert len(rows_of(export(cohort, "csv", Wishes()).content)) == 4
