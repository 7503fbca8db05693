"""A small app that opens one module's screen, over a real tutor."""

from __future__ import annotations

import os

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Static

from tests.courses import add_aids, build_course
from tinytutor.curriculum.loader import load_course
from tinytutor.progress.active_time import ActivityMeter
from tinytutor.tui.screens.module import ModuleScreen
from tinytutor.tui.settings import Settings
from tinytutor.tui.themes import DARK, LIGHT
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import create_workspace

WAIT_SECONDS = 90.0


class CountingMeter(ActivityMeter):
    """Knows how many runs have ended: a short one is over before anyone sees it run."""

    runs_ended = 0
    runs_awaited = 0

    def run_ended(self) -> None:
        super().run_ended()
        self.runs_ended += 1


class ModuleApp(App[None]):
    """Nothing but the screen of a module over an empty one."""

    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]]] = [(0, "-narrow"), (110, "-wide")]

    def __init__(
        self, tutor: Tutor, module_id: str, *, light: bool = False, check_at_once: bool = False
    ) -> None:
        super().__init__()
        self.settings = Settings()
        self.meter = CountingMeter()
        self._light = light
        self.module_screen = ModuleScreen(
            tutor, module_id, meter=self.meter, check_at_once=check_at_once
        )

    def on_mount(self) -> None:
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.meter.input()
        self.theme = LIGHT.name if self._light else DARK.name
        self.push_screen(self.module_screen)


@asynccontextmanager
async def opened(
    tutor: Tutor,
    module_id: str,
    *,
    size: tuple[int, int] = (120, 40),
    light: bool = False,
    check_at_once: bool = False,
) -> AsyncIterator[tuple[ModuleApp, Pilot[None]]]:
    """The screen with its lesson on it."""
    app = ModuleApp(tutor, module_id, light=light, check_at_once=check_at_once)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: app.module_screen.state is not None)
        await pilot.pause()
        yield app, pilot


async def until(
    pilot: Pilot[None], holds: Callable[[], bool], seconds: float = WAIT_SECONDS
) -> None:
    """Lets the app work until something holds."""
    async with asyncio.timeout(seconds):
        while not holds():
            await pilot.pause(0.02)


async def until_idle(app: ModuleApp, pilot: Pilot[None]) -> None:
    """Lets a run end."""
    await until(pilot, lambda: app.module_screen.state is not None)
    meter = app.meter
    await until(pilot, lambda: app.module_screen.running or meter.runs_ended > meter.runs_awaited)
    await until(pilot, lambda: not app.module_screen.running)
    meter.runs_awaited = meter.runs_ended
    await pilot.pause()


def words(app: ModuleApp, selector: str) -> str:
    """The text that a Static shows."""
    shown = app.module_screen.query_one(selector, Static).content
    return shown.plain if isinstance(shown, Content) else str(shown)


def drawn(app: ModuleApp) -> str:
    """The screen as it was painted last."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


def result(app: ModuleApp) -> str:
    """What stands below the tests."""
    return words(app, "#result")


@asynccontextmanager
async def numbers(
    tmp_path: Path,
    *,
    size: tuple[int, int] = (120, 40),
    check_at_once: bool = False,
    aids: bool = False,
) -> AsyncIterator[tuple[Tutor, ModuleApp, Pilot[None]]]:
    """The first module of the tiny course, started and open; with all that helps to learn."""
    tutor = started_tutor(tmp_path, aids=aids)
    try:
        async with opened(tutor, "01_numbers", size=size, check_at_once=check_at_once) as (app, p):
            yield tutor, app, p
    finally:
        await tutor.close()


def started_tutor(tmp_path: Path, *, aids: bool = False) -> Tutor:
    """A tutor of the tiny course whose first module is started."""
    folder = build_course(tmp_path / "course")
    course = load_course(add_aids(folder) if aids else folder)
    tutor = Tutor(create_workspace(tmp_path / "work", course))
    tutor.start("01_numbers")
    return tutor


def write(app: ModuleApp, source: str) -> None:
    """The student's text, as if typed at once."""
    editor = app.module_screen.exercise_pane.editor
    editor.replace(source, (0, 0), editor.document.end)
