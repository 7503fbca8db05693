"""The instructor's way through the command line: bundles, cohort, exports, report, grades."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("duckdb")

from tests.cli.conftest import Outcome, write_cell
from tests.courses import NUMBERS, reference_cell, wrong_cell
from tinytutor.cli.edge import run
from tinytutor.cohort import extras

Call = Callable[..., Outcome]


@pytest.fixture(scope="module")
def invented(course_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve invented students of the tiny course."""
    folder = tmp_path_factory.mktemp("invented") / "in"
    course = ("--course", str(course_folder))
    assert run(["author", "cohort", "-o", str(folder), "--students", "12", *course]) == 0
    assert len(list(folder.iterdir())) >= 12
    return folder


def test_from_bundles_to_everything(call: Call, invented: Path, tmp_path: Path) -> None:
    cohort = tmp_path / "autumn"
    ingested = call("ingest", str(invented), "-o", str(cohort), "--name", "Autumn", "--json")
    assert ingested.code == 0
    assert ingested.json["students"] == 12
    again = call("ingest", str(invented), "-o", str(cohort))
    assert (again.code, "there already" in again.stderr) == (11, True)
    for source in (invented, cohort):
        rows = list(csv.reader(io.StringIO(call("export", str(source)).stdout)))
        assert len(rows) == 1 + 12 * 3
    document = call("export", str(cohort), "--json").json
    assert len(document["students"]) == 12
    key = tmp_path / "key"
    assert call("privacy", "key", str(key)).code == 0
    hidden = call("export", str(cohort), "--pseudonyms", str(key)).stdout
    assert "s000000" not in hidden
    page = tmp_path / "report.html"
    report = call("report", str(cohort), "--html", str(page), "--compare", str(invented), "--json")
    assert report.json["students"] == 12
    assert "Autumn" in page.read_text("utf-8")
    assert "Mend these places first" in call("report", str(cohort)).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["export", "nowhere"], 11, "not there"),
        (["ingest", "nowhere", "-o", "out"], 11, "name bundles"),
        (["ingest", "EMPTY", "-o", "out"], 11, "tinytutor submit"),
        (["grade", "nowhere", "-o", "out"], 11, "name bundles"),
        (["grade", "EMPTY", "-o", "out"], 11, "tinytutor submit"),
        (["grade", "COHORT", "-o", "out"], 11, "those it was made of"),
        (["grade", "BROKEN", "-o", "out"], 11, "ask for it again"),
        (["export", "BUNDLES", "--format", "xapi"], 2, "domain"),
        (["export", "BUNDLES", "--format", "xapi", "--domain", "x.edu"], 2, "--pseudonyms"),
        (["export", "BUNDLES", "--into", "BUNDLES"], 2, "is a directory"),
        (["export", "BUNDLES", "--json", "--format", "csv"], 2, "exclude"),
        (["export", "BUNDLES", "--format", "canvas", "--assignment", "01"], 2, "MODULE=ID"),
        (["export", "BUNDLES", "--format", "csv", "--graded", "BUNDLES"], 11, "tinytutor grade"),
        (["grade", "BUNDLES", "-o", "out", "--dask", "tcp://10.1.1.1:1"], 11, "only tls"),
        (["grade", "BUNDLES", "-o", "out", "--module", "77"], 2, "no module"),
        (["report", "BUNDLES", "--screen"], 2, "terminal"),
    ],
)
def test_what_can_not_be_done_is_said(
    call: Call, invented: Path, tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    places = {"BUNDLES": invented}
    places |= {name: tmp_path / name.lower() for name in ("EMPTY", "COHORT", "BROKEN")}
    for place in (places["EMPTY"], places["COHORT"], places["BROKEN"]):
        place.mkdir()
    (places["COHORT"] / "cohort.json").write_text("{}")
    (places["BROKEN"] / "b.zip").write_bytes(b"PK")
    done = call(*(str(places.get(each, each)) for each in arguments))
    assert (done.code, words in done.stderr) == (code, True), done.stderr


@pytest.mark.parametrize("kind", ["xlsx", "parquet", "canvas", "moodle", "nbgrader"])
def test_a_workspace_alone_exports_in_every_form(
    call: Call, workspace: Path, tmp_path: Path, kind: str
) -> None:
    call("start", "01")
    file = tmp_path / "mine.out"
    assert call("export", "--format", kind, "-o", str(file), "--student", "ada").code == 0
    assert file.stat().st_size > 100


def test_grades_go_from_the_own_run_into_the_gradebook(
    call: Call, workspace: Path, tmp_path: Path
) -> None:
    call("start", "01")
    double, half = NUMBERS.exercises
    write_cell(workspace / "01_numbers.ipynb", double, reference_cell(double))
    write_cell(workspace / "01_numbers.ipynb", half, wrong_cell(half))
    assert call("check", "01").code == 1
    bundle = call("submit", "--student", "ada", "--json").json["bundle"]
    out = tmp_path / "graded"
    graded = call("grade", bundle, "-o", str(out), "-j", "1")
    assert graded.code == 0
    assert "failed" in graded.stdout and "5/10 points" in graded.stdout
    again = call("grade", bundle, "-o", str(out), "--json").json
    assert (again["graded"], again["resumed"]) == (1, 1)
    assert again["agreements"] == {"same": 1}
    book = call("export", bundle, "--format", "nbgrader", "--graded", str(out)).stdout
    (first, *_) = csv.DictReader(io.StringIO(book))
    assert (first["student_id"], first["score"], first["max_score"]) == ("ada", "50.0", "100.0")
    assert (out / "feedback" / "ada.html").exists()


@pytest.mark.parametrize(
    ("library", "extra", "arguments"),
    [
        ("duckdb", "instructor", ["report", "BUNDLES"]),
        ("xlsxwriter", "instructor", ["export", "BUNDLES", "--format", "xlsx", "-o", "x.xlsx"]),
        ("distributed", "cluster", ["grade", "BUNDLES", "-o", "o", "--dask", "tcp://127.0.0.1:1"]),
    ],
)
def test_a_missing_extra_is_asked_for_with_its_command(
    call: Call,
    invented: Path,
    monkeypatch: pytest.MonkeyPatch,
    library: str,
    extra: str,
    arguments: list[str],
) -> None:
    real = extras.importlib.import_module

    def without(name: str) -> object:
        if name == library:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name)

    monkeypatch.setattr(extras.importlib, "import_module", without)
    done = call(*[str(invented) if each == "BUNDLES" else each for each in arguments])
    assert done.code == 6
    assert f"pip install 'tinytutor[{extra}]'" in done.stderr


def test_a_damaged_bundle_is_told_and_the_rest_goes_on(
    call: Call, invented: Path, tmp_path: Path
) -> None:
    (tmp_path / "zz.zip").write_bytes(b"PK\x03\x04")
    done = call("ingest", str(invented), str(tmp_path / "zz.zip"), "-o", str(tmp_path / "c"))
    assert done.code == 0
    assert "zz.zip: refused (no zip, or one that was cut off" in done.stderr
    lines = (tmp_path / "c" / "bundles.jsonl").read_text().splitlines()
    assert any(json.loads(line)["taken"] == "refused" for line in lines)
