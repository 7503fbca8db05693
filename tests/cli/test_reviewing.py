"""`tinytutor review` from the outside: formats, exit codes, files, answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome
from tinytutor.cli.exit_codes import ExitCode

Call = Callable[..., Outcome]
FLAME = str(Path(__file__).parents[1] / "review" / "courses" / "flame")


def test_text_names_status_place_and_mend(call: Call) -> None:
    outcome = call("review", "--course", FLAME, "--no-run", "4")
    assert outcome.code == 0
    assert "04 Autograd  ✗ needs work" in outcome.stdout
    assert "04_autograd/autograd_dev.py:1" in outcome.stdout
    assert "Add a section `Prerequisites`" in outcome.stdout


def test_json_alone_on_stdout(call: Call) -> None:
    for arguments in (("--json",), ("--format", "json")):
        found = call("review", "--course", FLAME, "--no-run", "02", "04", *arguments).json
        assert found["schema_version"] == 1
        assert [module["id"] for module in found["modules"]] == ["02_tensor", "04_autograd"]
        assert found["health"] == 0


def test_a_run_in_the_command(call: Call) -> None:
    found = call("review", "--course", FLAME, "--sandbox", "off", "5", "--json").json
    (module,) = found["modules"]
    assert module["criteria"]["main_executes"] is True
    assert module["execution"]["outcome"] == "passed"


def test_fail_on_is_for_scripts(call: Call) -> None:
    assert call("review", "--course", FLAME, "--no-run", "4", "--fail-on", "critical").code == 1
    assert call("review", "--course", FLAME, "--no-run", "1", "--fail-on", "high").code == 0
    assert call("review", "--course", FLAME, "--no-run", "1", "--fail-on", "low").code == 1


def test_files_are_written_and_a_baseline_is_read(call: Call, tmp_path: Path) -> None:
    base, page, report = (str(tmp_path / name) for name in ("a.json", "a.html", "a.md"))
    assert call("review", "--course", FLAME, "--no-run", "--format", "json", "-o", base).code == 0
    call("review", "--course", FLAME, "--no-run", "--format", "html", "-o", page)
    call("review", "--course", FLAME, "--no-run", "--format", "md", "-o", report)
    assert Path(page).read_text("utf-8").startswith("<!DOCTYPE html>")
    assert Path(report).read_text("utf-8").startswith("# flame: Quality Report\n")
    same = call("review", "--course", FLAME, "--no-run", "1", "--baseline", base, "--json").json
    assert same["changes"] == []
    document = json.loads(Path(base).read_text("utf-8"))
    document["modules"][0]["findings"] = []
    Path(base).write_text(json.dumps(document), "utf-8")
    text = call("review", "--course", FLAME, "--no-run", "1", "--baseline", base).stdout
    assert re.search(r"new +RV301", text)


def test_one_lesson_by_its_path(call: Call) -> None:
    path = str(Path(FLAME) / "05_speed" / "speed_dev.py")
    (module,) = call("review", path, "--no-run", "--json").json["modules"]
    assert module["file"] == "speed_dev.py"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--course", FLAME, "9"), ExitCode.USAGE, "01_setup"),
        (("--explain", "RV3O4"), ExitCode.USAGE, "RV304"),
        (("--course", FLAME, "--baseline", "missing.json"), ExitCode.FILE_TROUBLE, "missing.json"),
        (("--course", FLAME, "--with", "missing.json"), ExitCode.FILE_TROUBLE, "missing.json"),
        (("--answer", "timed=yes"), ExitCode.USAGE, "--checklist"),
        (("--course", FLAME, "--checklist", "1", "--answer", "x"), ExitCode.USAGE, "QUESTION=yes"),
        (
            ("--course", FLAME, "--checklist", "1", "--answer", "nothing=yes"),
            ExitCode.USAGE,
            "newcomer",
        ),
        (("--json", "--format", "html"), ExitCode.USAGE, "exclude"),
    ],
)
def test_errors_say_what_to_do(
    call: Call, arguments: tuple[str, ...], code: ExitCode, words: str
) -> None:
    outcome = call("review", "--no-run", *arguments)
    assert outcome.code == code
    assert words in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_a_folder_without_lessons(call: Call, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    outcome = call("review", "--course", str(tmp_path / "empty"))
    assert outcome.code == ExitCode.USAGE
    assert "no lesson found" in outcome.stderr


def test_explanations(call: Call) -> None:
    text = call("review", "--explain", "forward-import").stdout
    for word in ("RV304", "What", "Why", "Example", "Fix", "Can't see"):
        assert word in text
    listed = call("review", "--explain", "all").stdout.splitlines()
    assert len(listed) > 35
    (rule,) = call("review", "--explain", "RV304", "--json").json["rules"]
    assert rule["severity"] == "critical"


def test_the_checklist_keeps_answers_with_the_course(call: Call, tmp_path: Path) -> None:
    (tmp_path / "01_a.py").write_text("# %%\nx = 1\n", "utf-8")
    asked = ("review", "--no-run", "--course", str(tmp_path), "--checklist", "1")
    first = call(*asked, "--answer", "timed=yes", "--by", "Ada", "--note", "two hours", "--json")
    assert first.code == ExitCode.TESTS_FAILED
    assert first.json["complete"] is False
    text = call(*asked).stdout
    assert "yes (Ada, " in text
    assert "two hours" in text
    assert call(*asked, "--answer", "steps=yes").code == ExitCode.USAGE, "an answer needs a name"
    assert "steps" not in (tmp_path / "review.yaml").read_text("utf-8")


def test_figures_of_students_stand_beside_the_module(
    call: Call, workspace: Path, tmp_path: Path, course_folder: Path
) -> None:
    call("start", "1")
    call("confused", "1", "double", "-m", "why?")
    file = tmp_path / "me.json"
    assert call("export", "--format", "json", "-o", str(file)).code == 0
    found = call("review", "--no-run", "1", "--with", str(file), "--json").json
    effect = found["modules"][0]["effect"]
    assert effect["started"] == 1
    assert effect["confusing_places"] == [{"place": "double", "count": 1}]
    assert (
        "confused most: double (1)" in call("review", "--no-run", "1", "--with", str(file)).stdout
    )
