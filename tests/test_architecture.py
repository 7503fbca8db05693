"""Imports between the rooms run one way, and heavy libraries stay where they are used."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tinytutor

PACKAGE = Path(tinytutor.__file__).parent
ALLOWED = {
    "curriculum": set(),
    "kit": set(),
    "notebooks": {"curriculum"},
    "progress": {"curriculum"},
    "running": {"curriculum", "notebooks"},
    "tutor": {"curriculum", "notebooks", "progress", "running"},
    "authoring": {"curriculum", "kit", "notebooks"},
    "cohort": {"curriculum", "notebooks", "progress", "running", "tutor", "authoring"},
    "review": {"curriculum", "notebooks", "running"},
    "cli": {
        "curriculum",
        "notebooks",
        "progress",
        "running",
        "tutor",
        "authoring",
        "cohort",
        "review",
    },
    "tui": {"curriculum", "notebooks", "progress", "running", "tutor", "cohort", "review"},
}
SHARED = ("files", "html", "interrupts")
"""Modules beside the rooms, for all of them."""
EXCEPTIONS = {("cli", "tui.app"), ("cli", "tui.screens.cohort")}
"""`tinytutor` opens the app, `tinytutor report --screen` the cohort, each through one function."""


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_rooms_import_one_way(room: str) -> None:
    for path in (PACKAGE / room).rglob("*.py"):
        for name in imported(path):
            parts = name.split(".")
            if parts[0] != "tinytutor" or len(parts) == 1 or parts[1] in (*SHARED, room):
                continue
            allowed = parts[1] in ALLOWED[room] or (room, ".".join(parts[1:])) in EXCEPTIONS
            assert allowed, f"{path.relative_to(PACKAGE)} imports {name}"


def test_every_room_is_listed() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert rooms - {"_course"} == set(ALLOWED)


@pytest.mark.parametrize(
    ("library", "home"),
    [("nbclient", "running"), ("textual", "tui"), ("click", "cli"), ("jupyter_client", "running")],
)
def test_heavy_libraries_have_one_home(library: str, home: str) -> None:
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0]
        if room not in (home, "__main__.py"):
            uses = [name for name in imported(path) if name.split(".")[0] == library]
            assert not uses, f"{path.relative_to(PACKAGE)} imports {library}"


def test_the_tutor_loads_neither_nbclient_nor_the_app() -> None:
    code = "import tinytutor.tutor.tutor, sys; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    for heavy in ("nbclient", "jupyter_client", "textual", "jupytext", "nbformat", "numpy"):
        assert heavy not in modules


def test_a_review_without_runs_loads_nothing_heavy() -> None:
    code = (
        "import sys; from pathlib import Path; from tinytutor.review.reviewing import *;"
        "review_course(Path('tests/review/courses/flame'), (), Options(run=False));"
        "print(*sys.modules)"
    )
    modules = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=PACKAGE.parent,
    ).stdout.split()
    for heavy in (
        "nbclient",
        "jupyter_client",
        "textual",
        "jupytext",
        "nbformat",
        "numpy",
        "click",
    ):
        assert heavy not in modules
