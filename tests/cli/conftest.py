"""A tiny course, a workspace, and three ways to call the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.courses import TinyExercise, build_course
from tinytutor.cli.edge import run

VARIABLES = (
    "NO_COLOR",
    "FORCE_COLOR",
    "COLORTERM",
    "TINYTUTOR_ASCII",
    "TINYTUTOR_DEBUG",
    "TINYTUTOR_EDITOR",
    "PYTHONIOENCODING",
)


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


@pytest.fixture(scope="session")
def course_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course that every test may read and none may change."""
    return build_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(autouse=True)
def places(course_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment names course and workspace, and nothing of the machine's own."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TINYTUTOR_COURSE", str(course_folder))
    monkeypatch.setenv("TINYTUTOR_WORKSPACE", str(tmp_path / "ws"))
    monkeypatch.chdir(tmp_path)
    yield


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs a command line in this process: quick, and all of the edge is in it."""

    def in_process(*arguments: str) -> Outcome:
        capfd.readouterr()
        code = run(arguments)
        captured = capfd.readouterr()
        return Outcome(code, captured.out, captured.err)

    return in_process


@pytest.fixture
def workspace(call: Callable[..., Outcome], tmp_path: Path) -> Path:
    """A fresh workspace of the tiny course."""
    assert call("init").code == 0
    return tmp_path / "ws"


def spawn(*arguments: str, environment: Mapping[str, str] | None = None, **options: Any) -> Outcome:
    """Runs a command line in a process of its own."""
    finished = subprocess.run(
        [sys.executable, "-m", "tinytutor", *arguments],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
        check=False,
        timeout=120,
        **options,
    )
    return Outcome(finished.returncode, finished.stdout, finished.stderr)


def write_cell(notebook: Path, exercise: TinyExercise, source: str) -> None:
    """What an editor does when the student saves one cell."""
    content = json.loads(notebook.read_text("utf-8"))
    cell = next(cell for cell in content["cells"] if cell["id"] == exercise.id)
    cell["source"] = source.splitlines(keepends=True)
    notebook.write_text(json.dumps(content), "utf-8")
