"""The real app on the tiny course, in a workspace of its own, without a terminal."""

from __future__ import annotations

import os

os.environ["TEXTUAL_ANIMATIONS"] = "none"

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.courses import NUMBERS, build_course, reference_cell
from tinytutor.curriculum import Course
from tinytutor.curriculum.loader import load_course
from tinytutor.tui.app import TutorApp
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import create_workspace

RunApp = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    folder = build_course(tmp_path / "course")
    programs = folder / "curriculum" / "milestones"
    programs.mkdir()
    (programs / "doubling.py").write_text(
        "from tinylib.numbers import double\n\n"
        "def run(seed):\n    print('doubling')\n    return {'result': double(seed)}\n",
        "utf-8",
    )
    with (folder / "curriculum" / "course.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "milestones:\n  - id: doubling\n    title: It doubles [x]\n"
            "    requires: [01_numbers]\n    gate: any number\n"
        )
    return load_course(folder)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the workspace is or will be; the settings of whoever runs the tests are left alone."""
    monkeypatch.setenv("TINYTUTOR_CONFIG", str(tmp_path / "settings.json"))
    monkeypatch.setenv("TINYTUTOR_ASCII", "0")
    return tmp_path / "work"


@pytest.fixture
def started(folder: Path, course: Course) -> Path:
    """A workspace in which nothing was done yet."""
    create_workspace(folder, course)
    return folder


@pytest.fixture
async def passed_first(started: Path, course: Course) -> Path:
    """A workspace in which the first module has passed."""
    from tinytutor.tutor.workspace import open_workspace

    tutor = Tutor(open_workspace(started, course))
    tutor.start("01_numbers")
    for exercise in NUMBERS.exercises:
        tutor.save_source("01_numbers", exercise.id, reference_cell(exercise))
    assert (await tutor.runs.check("01_numbers")).passed
    await tutor.close()
    return started


@pytest.fixture
def run_app(folder: Path, course: Course) -> RunApp:
    @asynccontextmanager
    async def run(size: tuple[int, int] = (100, 32)) -> AsyncIterator[Pilot[Any]]:
        app = TutorApp(folder, course)
        async with app.run_test(size=size, notifications=True) as pilot:
            await until(pilot, lambda: len(app.screen_stack) > 1)
            await pilot.pause()
            yield pilot

    return run


def shown(pilot: Pilot[Any]) -> str:
    """The screen as lines of text."""
    app = pilot.app
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    # A screen that was put up a moment ago has no lines yet.
    assert len(lines) in (0, height)
    return "\n".join("".join(segment.text for segment in strip)[:width] for strip in lines)


async def until(pilot: Pilot[Any], true: Callable[[], bool], seconds: float = 60) -> None:
    """Waits for something that a thread or a kernel brings about, on a slow machine, too."""
    for _ in range(int(seconds / 0.05)):
        if true():
            return
        await pilot.pause(0.05)
    assert true()
