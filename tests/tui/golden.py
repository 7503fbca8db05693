"""Golden pictures: what stands on a screen, and in which colours. Read them like a drawing.

`python -m tests.tui.golden` writes them anew into `tests/tui/pictures`; look at the difference.
"""

from __future__ import annotations

import asyncio
import os
import string
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

os.environ["TEXTUAL_ANIMATIONS"] = "none"

from textual.pilot import Pilot
from textual.widgets import TextArea

from tests.tui.whole_course import at_work, build_whole
from tinytutor.tui.app import TutorApp
from tinytutor.tui.screens.map import MapScreen
from tinytutor.tui.screens.module import ModuleScreen
from tinytutor.tui.widgets.lesson_pane import LessonPane

# A cursor that blinks would be seen in some pictures and not in others.
TextArea._toggle_cursor_blink_visible = lambda _: None  # type: ignore[method-assign]

FOLDER = Path(__file__).parent / "pictures"
PATIENCE = 120.0
"""Seconds for one picture: one that never comes to rest is a fault."""
SIZES = ((80, 24), (120, 40), (160, 48))
THEMES = ("tinytutor-dark", "tinytutor-light")
_NAMES = string.ascii_letters + string.digits + "!#$%&*+-/:;<=>?@^_|~"


async def the_map(pilot: Pilot[Any]) -> None:
    """The map with a student in the middle of the course."""


async def a_locked_module(pilot: Pilot[Any]) -> None:
    """The focus on a locked module lights the way to it."""
    await pilot.press("1", "4")


async def a_module(pilot: Pilot[Any]) -> None:
    """A module at its first exercise, the editor at hand."""
    await pilot.press("5", "enter")
    screen = await _until(pilot, ModuleScreen)
    while screen.state is None or not screen.query(LessonPane):
        await pilot.pause(0.02)
    await pilot.press("f4", "ctrl+l")
    while not screen.query(".section-end") or pilot.app.focused is not screen.exercise_pane.editor:
        await pilot.pause(0.02)


async def the_outline(pilot: Pilot[Any]) -> None:
    """The sections of a lesson over it."""
    await a_module(pilot)
    await pilot.press("ctrl+o")


async def the_help(pilot: Pilot[Any]) -> None:
    """All keys of the map."""
    await pilot.press("question_mark")


SCREENS: dict[str, Callable[[Pilot[Any]], Awaitable[None]]] = {
    "map": the_map,
    "map_locked": a_locked_module,
    "module": a_module,
    "outline": the_outline,
    "help": the_help,
}


async def _until(pilot: Pilot[Any], kind: type[Any]) -> Any:
    while not isinstance(pilot.app.screen, kind):
        await pilot.pause(0.02)
    return pilot.app.screen


async def picture(home: Path, name: str, size: tuple[int, int]) -> str:
    """A screen as text, then its colours in each theme: a letter a cell, and what it stands for."""
    parts: list[str] = []
    for theme in THEMES:
        os.environ["TINYTUTOR_CONFIG"] = str(home / "settings.json")
        (home / "settings.json").write_text(f'{{"theme": "{theme}", "quiz": false}}', "utf-8")
        app = TutorApp(home / "work", build_course(home))
        async with app.run_test(size=size) as pilot:
            await _until(pilot, MapScreen)
            await pilot.pause()
            async with asyncio.timeout(PATIENCE):
                await SCREENS[name](pilot)
                words, colours = await _at_rest(pilot, app)
        parts += [words] if not parts else []
        parts += [f"--- {theme}", colours]
    return "\n".join(parts) + "\n"


async def _at_rest(pilot: Pilot[Any], app: TutorApp) -> tuple[str, str]:
    """The screen once it no longer changes: colours of code come a moment after the code."""
    same, before = 0, ("", "")
    while same < 5:
        await pilot.pause(0.1)
        now = _drawn(app)
        same, before = (same + 1 if now == before else 0), now
    return before


def build_course(home: Path) -> Any:
    """The course, and a workspace in which four modules have passed, both made once."""
    from tinytutor.curriculum.loader import load_course

    if not (home / "course").exists():
        course = build_whole(home / "course")
        at_work(home / "work", course)
        return course
    return load_course(home / "course")


def _drawn(app: TutorApp) -> tuple[str, str]:
    names: dict[str, str] = {}
    words: list[str] = []
    colours: list[str] = []
    for strip in app.screen._compositor.render_strips():
        words.append(strip.text.rstrip())
        line = ""
        for segment in strip:
            style = segment.style
            look = f"{_hex(style and style.color)} on {_hex(style and style.bgcolor)}"
            name = names.setdefault(look, _NAMES[len(names) % len(_NAMES)])
            line += name * segment.cell_length
        colours.append(line)
    legend = [f"{name} {look}" for look, name in names.items()]
    return "\n".join(words), "\n".join([*colours, *legend])


def _hex(colour: Any) -> str:
    triplet = colour.triplet if colour else None
    return triplet.hex if triplet else "-"


async def _write_all() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        for screen in SCREENS:
            for size in SIZES:
                drawn = await picture(Path(name), screen, size)
                (FOLDER / f"{screen}_{size[0]}.txt").write_text(drawn, "utf-8")


if __name__ == "__main__":
    asyncio.run(_write_all())
