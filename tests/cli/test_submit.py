from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome, write_cell
from tests.courses import NUMBERS, build_course, reference_cell

Call = Callable[..., Outcome]


@pytest.fixture
def started(workspace: Path, call: Call) -> Path:
    assert call("start", "01").code == 0
    return workspace


@pytest.mark.usefixtures("started")
def test_a_bundle_is_written_and_named(call: Call) -> None:
    done = call("submit", "--student", "s1234567", "--json")
    assert done.code == 0
    path = Path(done.json["bundle"])
    assert path.name == "tiny-s1234567.zip"
    assert done.json["notebooks"] == ["01_numbers"]
    with zipfile.ZipFile(path) as bundle:
        about = json.loads(bundle.read("manifest.json"))
    assert (about["student"], about["has_texts"]) == ("s1234567", False)


@pytest.mark.usefixtures("started")
def test_name_and_choice_are_kept_and_more_work_replaces_the_file(
    call: Call, workspace: Path
) -> None:
    first = call("submit", "--student", "ada", "--with-texts", "--json").json
    write_cell(workspace / "01_numbers.ipynb", NUMBERS.exercises[0], "broken(")
    call("confused", "01", "-m", "why?")
    second = call("submit", "--json").json
    assert (second["bundle"], second["student"]) == (first["bundle"], "ada")
    assert second["with_texts"] is True
    assert second["events"] > first["events"]
    assert call("submit", "--without-texts", "--json").json["with_texts"] is False


@pytest.mark.usefixtures("started")
def test_who_gives_no_name_gets_a_random_one_and_keeps_it(call: Call) -> None:
    first = call("submit", "--json").json["student"]
    assert first.startswith("anonymous-")
    assert call("submit", "--json").json["student"] == first


@pytest.mark.usefixtures("workspace")
def test_nothing_started_is_nothing_to_hand_in(call: Call) -> None:
    done = call("submit")
    assert done.code == 2
    assert "tinytutor start" in done.stderr


@pytest.mark.usefixtures("started")
def test_no_file_of_another_kind_is_overwritten(call: Call, tmp_path: Path) -> None:
    essay = tmp_path / "essay.txt"
    essay.write_text("mine")
    assert call("submit", "-o", str(essay)).code == 2
    assert essay.read_text() == "mine"


@pytest.mark.parametrize("identity", ["id", "pseudonym"])
def test_a_course_may_ask_for_a_name(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, identity: str
) -> None:
    folder = build_course(tmp_path / "course")
    course_file = folder / "curriculum" / "course.yaml"
    course_file.write_text(f"identity: {identity}\n" + course_file.read_text())
    monkeypatch.setenv("TINYTUTOR_COURSE", str(folder))
    call("init")
    call("start", "01")
    refused = call("submit")
    assert refused.code == 2
    assert "--student" in refused.stderr
    given = call("submit", "--student", "s1")
    assert given.code == (0 if identity == "id" else 2)
    assert call("submit", "--student", "0123456789abcdef" * 2).code == 0


@pytest.mark.usefixtures("started")
def test_an_unreadable_notebook_is_told_and_the_rest_goes_along(
    call: Call, workspace: Path
) -> None:
    write_cell(
        workspace / "01_numbers.ipynb", NUMBERS.exercises[0], reference_cell(NUMBERS.exercises[0])
    )
    (workspace / "02_words.ipynb").write_bytes(b"\xff\xfe")
    done = call("submit", "--json")
    assert done.json["notebooks"] == ["01_numbers"]
    assert "02_words.ipynb" in done.json["skipped"][0]


@pytest.mark.usefixtures("started")
def test_a_broken_choice_is_never_taken_for_a_yes(call: Call, workspace: Path) -> None:
    (workspace / ".tinytutor" / "submission.json").write_text("{")
    done = call("submit")
    assert done.code == 11
    assert "privacy consent" in done.stderr
