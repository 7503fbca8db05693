"""What each command does, called in this process; nothing here needs a kernel."""

from __future__ import annotations

import csv
import io
import json
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome, write_cell
from tests.courses import NUMBERS, reference_cell
from tinytutor.cli.exit_codes import ExitCode

Call = Callable[..., Outcome]
DOUBLE, HALF = NUMBERS.exercises


def test_without_a_workspace_the_next_step_is_named(call: Call) -> None:
    outcome = call("map")
    assert outcome.code == ExitCode.NO_WORKSPACE
    assert "tinytutor init" in outcome.stderr
    assert outcome.stdout == ""


def test_init_twice_changes_nothing(call: Call, tmp_path: Path) -> None:
    assert call("init", "--json").json["created"] is True
    again = call("--json", "init")
    assert again.json == {"schema_version": 1, "workspace": str(tmp_path / "ws"), "created": False}


def test_init_refuses_to_nest(call: Call, workspace: Path) -> None:
    outcome = call("init", "--workspace", str(workspace / "inner"))
    assert outcome.code == ExitCode.NO_WORKSPACE
    assert not (workspace / "inner").exists()


def test_init_elsewhere_says_how_it_is_found(call: Call, tmp_path: Path) -> None:
    outcome = call("init", "--workspace", str(tmp_path / "other place"))
    assert outcome.code == 0
    assert "cd " in outcome.stderr
    assert "'" in outcome.stderr, "a path with a blank is quoted"


def test_the_map_as_json(call: Call, workspace: Path) -> None:
    found = call("map", "--json").json
    assert list(found) == ["schema_version", "course", "next", "modules"]
    assert (found["course"], found["next"]) == ("tiny", "01_numbers")
    assert [module["state"] for module in found["modules"]] == ["open", "locked", "locked"]
    assert found["modules"][2] == {
        "id": "03_pairs",
        "number": 3,
        "title": "Pairs",
        "state": "locked",
        "requires": ["01_numbers", "02_words"],
        "missing": ["01_numbers", "02_words"],
        "unlocks": [],
        "difficulty": 1,
        "estimate_minutes": 30,
        "active_seconds": 0.0,
        "attempts": 0,
        "passed_at": None,
    }


def test_the_map_as_a_list_says_everything_in_words(call: Call, workspace: Path) -> None:
    text = call("map", "--list").stdout
    for words in ("01 Numbers", "Open: ", "02 Words", "Locked: ", "Next: tinytutor start 01"):
        assert words in text
    assert call("map", "--list", "--ascii").stdout.isascii()


def test_the_map_in_ascii(call: Call, workspace: Path) -> None:
    drawn, plain = call("map").stdout, call("map", "--ascii").stdout
    assert plain.isascii()
    assert not drawn.isascii()
    for words in ("Numbers", "Words", "Pairs", "open", "locked"):
        assert words in drawn
        assert words in plain


def test_a_narrow_terminal_gets_the_list(
    call: Call, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "12")
    assert call("map").stdout == call("map", "--list").stdout


@pytest.mark.parametrize("name", ["1", "01", "numbers", "01_numbers"])
def test_a_module_has_four_names(call: Call, workspace: Path, name: str) -> None:
    outcome = call("start", name)
    assert outcome.stdout == f"{workspace / '01_numbers.ipynb'}\n"
    assert "tinytutor check 01" in outcome.stderr


def test_start_leaves_a_notebook_as_it_is(call: Call, workspace: Path) -> None:
    notebook = Path(call("start", "1", "--json").json["notebook"])
    write_cell(notebook, DOUBLE, reference_cell(DOUBLE))
    before = notebook.read_bytes()
    assert call("start", "1").code == 0
    assert notebook.read_bytes() == before


def test_locked_modules_open_only_by_choice(call: Call, workspace: Path) -> None:
    refused = call("start", "2")
    assert refused.code == ExitCode.LOCKED
    assert "01 Numbers" in refused.stderr
    assert not (workspace / "02_words.ipynb").exists()
    assert call("start", "2", "--anyway").code == 0
    assert (workspace / "02_words.ipynb").exists()
    rows = {row["id"]: row for row in call("stats", "--json").json["modules"]}
    assert rows["02_words"]["overridden"] is True


def test_an_editor_that_is_missing_is_said(
    call: Call, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINYTUTOR_EDITOR", "no-such-editor-anywhere --wait")
    outcome = call("start", "1", "--open")
    assert outcome.code == 0
    assert "TINYTUTOR_EDITOR" in outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["start", "nubmers"], "Did you mean 'numbers'?"),
        (["mpa"], "Did you mean `tinytutor map`?"),
        (["hint", "1", "doubel"], "Did you mean 'double'?"),
        (["read", "1", "no such section"], "2 1. Twice as much"),
        (["read", "1", "99"], "2 1. Twice as much"),
        (["confused", "1", "--json"], "No such option"),
        (["--json", "confused", "1"], "no result for --json"),
        (["--json"], "--json needs a command"),
        (["reset", "1", "double", "--undo"], "leave EXERCISE out"),
        (["author", "solve"], "give --all"),
        (["author", "solve", "1", "--all"], "give --all"),
        (["check", "--timeout", "0"], "--timeout"),
        (["export", "--json", "--format", "csv"], "exclude each other"),
        (["author"], "Missing command"),
    ],
)
def test_usage_errors(call: Call, workspace: Path, arguments: list[str], said: str) -> None:
    outcome = call(*arguments)
    assert outcome.code == ExitCode.USAGE
    assert said in outcome.stderr
    assert outcome.stdout == ""


def test_what_is_not_started_says_how_to_start(call: Call, workspace: Path) -> None:
    for arguments in (["check"], ["check", "1"], ["diff", "1"], ["reset", "1"], ["watch"]):
        outcome = call(*arguments)
        assert outcome.code == ExitCode.NOT_STARTED, arguments
        assert "tinytutor start" in outcome.stderr


def test_options_work_before_and_after_the_command(
    call: Call, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINYTUTOR_WORKSPACE", str(tmp_path / "nowhere"))
    expected = call("map", "--json", "--workspace", str(workspace)).stdout
    assert json.loads(expected)["course"] == "tiny"
    assert call("--workspace", str(workspace), "--json", "map").stdout == expected


def test_a_broken_course_names_file_and_line(call: Call, tmp_path: Path) -> None:
    (tmp_path / "curriculum").mkdir()
    (tmp_path / "curriculum" / "course.yaml").write_text("course: x\nmodules: [\n", "utf-8")
    outcome = call("map", "--course", str(tmp_path))
    assert outcome.code == ExitCode.COURSE_BROKEN
    assert "course.yaml" in outcome.stderr


def test_hints_go_step_by_step_and_stay_at_the_last(call: Call, workspace: Path) -> None:
    steps = [call("hint", "1", "--json").json["step"] for _ in range(6)]
    assert steps == [1, 2, 3, 4, 4, 4]
    other = call("hint", "1", "half")
    assert "half: hint 1 of 4" in other.stdout
    assert "tinytutor hint 01 half" in other.stderr


def test_exercises_can_be_named_by_number(call: Call, workspace: Path) -> None:
    assert call("hint", "1", "2", "--json").json["exercise"] == "half"


def test_the_solution_asks_before_a_pass(call: Call, workspace: Path) -> None:
    refused = call("solution", "1")
    assert refused.code == ExitCode.INTERRUPTED
    assert refused.stdout == ""
    assert "return 2 * x" in call("solution", "1", "--yes").stdout
    (first, *_) = call("stats", "--json").json["modules"]
    assert first["solutions_shown"] == 1


def test_diff_reset_and_undo(call: Call, workspace: Path) -> None:
    notebook = Path(call("start", "1", "--json").json["notebook"])
    assert call("diff", "1").stdout == ""
    write_cell(notebook, DOUBLE, reference_cell(DOUBLE))
    write_cell(notebook, HALF, reference_cell(HALF))
    difference = call("diff").stdout
    assert "+    return 2 * x" in difference
    assert call("reset", "1", "double").code == ExitCode.INTERRUPTED, "nobody could answer"
    assert call("diff").stdout == difference
    found = call("reset", "1", "double", "--yes", "--json").json
    assert found["exercise"] == "double"
    assert Path(found["backup"]).is_file()
    assert "2 * x" not in call("diff").stdout
    assert "x / 2" in call("diff").stdout
    assert call("reset", "1", "--undo", "--json").json["undone"] is True
    assert call("diff").stdout == difference


def test_nothing_to_undo_is_an_error(call: Call, workspace: Path) -> None:
    call("start", "1")
    outcome = call("reset", "1", "--undo")
    assert outcome.code == ExitCode.USAGE
    assert "no reset" in outcome.stderr


def test_a_notebook_that_is_none(call: Call, workspace: Path) -> None:
    notebook = Path(call("start", "1", "--json").json["notebook"])
    notebook.write_text("{", "utf-8")
    assert call("diff", "1").code == ExitCode.NOTEBOOK_UNREADABLE
    assert call("check", "1").code == ExitCode.NOTEBOOK_UNREADABLE
    assert call("reset", "1", "--yes").code == 0
    assert call("diff", "1").code == 0


def test_a_damaged_record_is_never_taken_for_new(call: Call, workspace: Path) -> None:
    call("start", "1")
    store = workspace / ".tinytutor" / "progress.sqlite"
    store.write_bytes(b"garbage" * 1000)
    outcome = call("map")
    assert outcome.code == ExitCode.STORE_UNREADABLE
    assert "tinytutor doctor" in outcome.stderr
    assert store.read_bytes() == b"garbage" * 1000
    assert call("doctor", "--recover").code == 0
    assert call("map").code == 0
    assert list(store.parent.glob("*unreadable*"))


def test_confusion_is_counted(call: Call, workspace: Path) -> None:
    assert call("confused", "1", "double", "-m", "why?").code == 0
    assert call("confused", "1").code == 0
    (first, *_) = call("stats", "--json").json["modules"]
    assert first["confusion_reports"] == 2


def test_stats_in_words(call: Call, workspace: Path) -> None:
    assert "0 of 3 modules passed" in call("stats").stdout
    call("start", "1")
    text = call("stats").stdout
    assert "01 Numbers" in text
    assert "02 Words" not in text


def test_export_to_stdout_and_file(call: Call, workspace: Path, tmp_path: Path) -> None:
    call("start", "1")
    table = call("export", "--student", "=evil()").stdout
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["module"] for row in rows] == ["01_numbers", "02_words", "03_pairs"]
    assert rows[0]["student"] == "'=evil()"
    file = tmp_path / "progress.csv"
    for _ in range(2):
        assert call("export", "--student", "=evil()", "-o", str(file)).code == 0
    assert file.read_text("utf-8").splitlines() == table.splitlines()
    document = call("export", "--format", "json").json
    assert document["schema_version"] == 1
    assert len(document["modules"]) == 3


def test_export_overwrites_no_stranger(call: Call, workspace: Path) -> None:
    notebook = Path(call("start", "1", "--json").json["notebook"])
    before = notebook.read_bytes()
    assert call("export", "-o", str(notebook)).code == ExitCode.USAGE
    assert notebook.read_bytes() == before


def test_a_file_that_cannot_be_written(call: Call, workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    outcome = call("export", "-o", str(tmp_path / "file" / "x.csv"))
    assert outcome.code == ExitCode.FILE_TROUBLE
    assert "file" in outcome.stderr


def test_reading_needs_no_workspace_and_no_unlocking(call: Call) -> None:
    titles = call("read", "2", "--list").stdout
    assert " 2 1. Say it twice" in titles
    section = call("read", "2", "say it").stdout
    assert section.startswith("[Section 2 of 4: 1. Say it twice]")
    assert section == call("read", "2", "2").stdout
    whole = call("read", "2").stdout
    assert section.strip() in whole
    assert "### BEGIN SOLUTION" not in whole
    assert "[word] * double(1)" not in whole


def test_a_fault_of_our_own_is_no_traceback(
    call: Call, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("this is a fault")

    monkeypatch.setattr("tinytutor.cli.map_view.next_line", broken)
    outcome = call("map", "--list")
    assert outcome.code == ExitCode.INTERNAL
    assert "this is a fault" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    monkeypatch.setenv("TINYTUTOR_DEBUG", "1")
    assert "Traceback" in call("map", "--list").stderr


def test_author_build_solve_and_rehearse(call: Call, workspace: Path, tmp_path: Path) -> None:
    files = call("author", "build", "-o", str(tmp_path / "out"), "--json").json["files"]
    assert [Path(file).name for file in files] == [
        "__init__.py",
        "numbers.py",
        "words.py",
        "pairs.py",
    ]
    call("start", "1")
    (solved, *_) = call("author", "solve", "--all", "--json").json["solved"]
    assert Path(solved["backup"]).is_file()
    assert "return 2 * x" in Path(solved["notebook"]).read_text("utf-8")
    assert "2 * x" in call("diff", "1").stdout
    assert call("author", "rehearse", "1", "2").stdout.count(": 0 complaints") == 2


def test_a_toothless_test_is_a_complaint(call: Call, tmp_path: Path) -> None:
    import dataclasses

    from tests.courses import build_course

    toothless = dataclasses.replace(DOUBLE, test="pass")
    module = dataclasses.replace(NUMBERS, exercises=(toothless, HALF))
    course = build_course(tmp_path / "toothless", [module])
    outcome = call("author", "rehearse", "1", "--course", str(course), "--json")
    assert outcome.code == ExitCode.TESTS_FAILED
    assert any("test_double" in text for text in outcome.json["complaints"]["01_numbers"])


def test_without_a_command_the_app_opens(
    call: Call, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    app = types.ModuleType("tinytutor.tui.app")
    app.run_app = lambda folder, course: opened.append((folder, course.id))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tinytutor.tui.app", app)
    monkeypatch.setattr("tinytutor.cli.output._is_terminal", lambda _: True)
    assert call().code == 0
    assert opened == [(workspace, "tiny")]
