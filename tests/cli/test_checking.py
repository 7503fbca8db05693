"""Checks through the command line with a real kernel: few, since each starts one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome, spawn, write_cell
from tests.courses import NUMBERS, reference_cell, wrong_cell
from tinytutor.cli.exit_codes import ExitCode

Call = Callable[..., Outcome]
DOUBLE, HALF = NUMBERS.exercises
ENDLESS = "#| export\ndef double(x):\n    while True:\n        pass"


@pytest.fixture
def notebook(call: Call, workspace: Path) -> Path:
    return Path(call("start", "1", "--json").json["notebook"])


def test_from_the_starter_to_the_pass(call: Call, notebook: Path) -> None:
    write_cell(notebook, HALF, wrong_cell(HALF))
    failed = call("check", "1")
    assert failed.code == ExitCode.TESTS_FAILED
    assert HALF.says in failed.stdout
    assert "expected  2.5" in failed.stdout
    assert "Next: tinytutor hint 01 double" in failed.stdout
    write_cell(notebook, DOUBLE, reference_cell(DOUBLE))

    one = call("check", "--exercise", "double")
    assert one.code == 0
    assert call("map", "--json").json["next"] == "01_numbers", "one exercise is no pass"
    assert call("solution", "1", "double").code == 0, "its own passed: no question"

    write_cell(notebook, HALF, reference_cell(HALF))
    passed = call("check", "--json")
    assert passed.code == 0
    found = passed.json
    assert found["passed"] is True
    assert found["unlocked"] == ["02_words"]
    assert [test["status"] for test in found["tests"]] == ["passed", "passed"]
    assert "def double" in (notebook.parent / "tinylib" / "numbers.py").read_text("utf-8")
    again = call("check", "1")
    assert "Numbers passed: 2 of 2 tests" in again.stdout
    assert call("map", "--json").json["modules"][0]["state"] == "passed"
    assert call("check", "3").code == ExitCode.LOCKED


def test_a_limit_stops_the_check_and_records_nothing(call: Call, notebook: Path) -> None:
    write_cell(notebook, DOUBLE, ENDLESS)
    outcome = call("check", "--timeout", "1.5")
    assert outcome.code == ExitCode.TIMED_OUT
    assert "nothing was recorded" in outcome.stderr
    assert call("map", "--json").json["modules"][0]["attempts"] == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_an_interrupt_ends_it_at_once_and_leaves_nothing(call: Call, notebook: Path) -> None:
    write_cell(notebook, DOUBLE, ENDLESS)
    process = subprocess.Popen(
        [sys.executable, "-m", "tinytutor", "check"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=os.environ.copy(),
    )
    kernels = wait_for_children(process.pid)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    stdout, stderr = process.communicate(timeout=20)
    assert time.monotonic() - began < 5
    assert process.returncode == ExitCode.INTERRUPTED
    assert stdout == ""
    assert "interrupted" in stderr
    assert "Traceback" not in stderr
    deadline = time.monotonic() + 5
    while any(map(alive, kernels)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in kernels if alive(pid)]
    assert call("map", "--json").json["modules"][0]["attempts"] == 0


def test_a_pipe_gets_plain_text_and_the_code_survives(notebook: Path) -> None:
    outcome = spawn("check", environment={"PYTHONIOENCODING": "cp1252"})
    assert outcome.code == ExitCode.TESTS_FAILED
    assert "\x1b" not in outcome.stdout + outcome.stderr
    assert "x error" in outcome.stdout or "! error" in outcome.stdout
    assert outcome.stderr == "", "no changing line where nobody sees it"


def test_a_json_check_is_json_alone(notebook: Path) -> None:
    outcome = spawn("check", "--json")
    assert outcome.code == ExitCode.TESTS_FAILED
    assert json.loads(outcome.stdout)["module"] == "01_numbers"


def wait_for_children(pid: int) -> list[int]:
    """Pids of the worker and its kernel, once both run."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = children(pid)
        grandchildren = [each for child in found for each in children(child)]
        if grandchildren:
            time.sleep(0.5)
            return [*found, *grandchildren]
        time.sleep(0.05)
    raise AssertionError("no kernel was started")


def children(pid: int) -> list[int]:
    table = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = (line.split() for line in table.stdout.splitlines())
    return [int(child) for child, parent in pairs if int(parent) == pid]


def alive(pid: int) -> bool:
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return state.returncode == 0 and not state.stdout.strip().startswith("Z")
