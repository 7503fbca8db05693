"""The program as the shell sees it: exit codes, pipes, encodings, terminals, what it imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import spawn

HEAVY = ("textual", "nbclient", "nbformat", "jupytext", "numpy", "jupyter_client", "rich.console")


@pytest.mark.parametrize("arguments", [["map"], ["map", "--list"], ["--help"], ["--version"]])
def test_quick_commands_import_nothing_heavy(workspace: Path, arguments: list[str]) -> None:
    code = (
        "import sys; from tinytutor.cli.edge import run; code = run(sys.argv[1:]); "
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, encoding="utf-8", check=False
    )
    assert finished.returncode == 0
    loaded = finished.stderr.splitlines()[-1].split()
    assert "tinytutor.cli.program" in loaded
    assert not [name for name in HEAVY if name in loaded]


def test_version_and_help() -> None:
    assert spawn("--version").stdout.startswith("tinytutor 0.")
    assert spawn("map", "--version").stdout == spawn("--version").stdout
    assert "Usage: tinytutor check" in spawn("check", "-h").stdout


def test_the_app_needs_a_terminal() -> None:
    outcome = spawn()
    assert outcome.code == 2
    assert "tinytutor map" in outcome.stderr


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_the_map_survives_every_encoding(workspace: Path, encoding: str) -> None:
    outcome = spawn("map", environment={"PYTHONIOENCODING": encoding})
    assert outcome.code == 0
    assert "Numbers" in outcome.stdout
    assert outcome.stderr == ""


def test_text_that_the_encoding_lacks_is_escaped(workspace: Path, course_folder: Path) -> None:
    outcome = spawn("read", "1", environment={"PYTHONIOENCODING": "ascii"})
    assert outcome.code == 0
    assert "numbers -->" in outcome.stdout, "pictures keep their columns"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
@pytest.mark.parametrize("arguments", ["read 1", "map --list", "map --json", "export"])
def test_a_reader_that_goes_away_is_no_crash(workspace: Path, arguments: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        finished = subprocess.run(
            [sys.executable, "-m", "tinytutor", *arguments.split()],
            stdout=writing,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
    finally:
        os.close(writing)
    assert finished.returncode == 141
    assert finished.stderr == ""


def test_without_any_stream_it_still_runs(workspace: Path) -> None:
    code = (
        "import sys; sys.stdin = sys.stdout = sys.stderr = None; "
        "from tinytutor.__main__ import main; sys.argv[1:] = ['map', '--list']; "
        "raise SystemExit(main())"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_completion_knows_commands_and_modules() -> None:
    def complete(words: str, position: int) -> list[str]:
        environment = {
            "_TINYTUTOR_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(position),
        }
        outcome = spawn(environment=environment)
        assert outcome.stderr == ""
        return [line.partition(",")[2] for line in outcome.stdout.split()]

    assert complete("tinytutor ma", 1) == ["map"]
    assert complete("tinytutor check ", 2) == ["numbers", "words", "pairs"]
    assert complete("tinytutor check 0", 2) == ["01_numbers", "02_words", "03_pairs"]
    assert complete("tinytutor author solve 01_numbers w", 4) == ["words"]
    assert complete("tinytutor --course /nowhere check ", 4) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell: str) -> None:
    outcome = spawn("completion", shell)
    assert outcome.code == 0
    assert "_TINYTUTOR_COMPLETE" in outcome.stdout


@pytest.mark.parametrize("command", ["map", "doctor"])
def test_a_missing_package_is_no_crash(workspace: Path, command: str) -> None:
    code = (
        "import sys; sys.modules['yaml'] = None; "
        "from tinytutor.cli.edge import run; sys.exit(run(sys.argv[1:]))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code, command], capture_output=True, encoding="utf-8", check=False
    )
    assert finished.returncode == 6
    assert "yaml" in finished.stdout + finished.stderr
    assert "Traceback" not in finished.stderr


def test_doctor_finds_what_is_wrong(workspace: Path) -> None:
    sound = spawn("doctor", "--json")
    assert sound.code == 0, sound.stdout
    found = json.loads(sound.stdout)
    assert found["ok"] is True
    levels = {check["id"]: check["level"] for check in found["checks"]}
    for name in (
        "python",
        "packages",
        "kernel",
        "workspace",
        "disk",
        "course",
        "record",
        "shadows",
    ):
        assert levels[name] == "ok", found
    (workspace / "random.py").write_text("", "utf-8")
    broken = spawn("doctor")
    assert broken.code == 6
    assert "random.py hides the module 'random'" in broken.stdout
    assert "mend: " in broken.stdout
