"""Draws the pictures of the README anew: the real app on the real course, by keys.

    python docs/screens/draw.py

A student is invented who has passed some modules (the reference's code, really checked) and now
passes module 03 before our eyes. Look at what comes out before you keep it.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ["TEXTUAL_ANIMATIONS"] = "none"

import yaml
from terminal_svg import Frame, frame_of, svg
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tinytutor.curriculum.loader import bundled_course_folder, load_course
from tinytutor.notebooks.library import reference_solutions
from tinytutor.tui.app import TutorApp
from tinytutor.tui.screens.celebration import Celebration
from tinytutor.tui.screens.map import MapScreen
from tinytutor.tui.screens.module import ModuleScreen
from tinytutor.tui.widgets.lesson_pane import LessonPane
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import create_workspace, open_workspace

# A cursor that blinks would be in some pictures and not in others.
TextArea._toggle_cursor_blink_visible = lambda _: None  # type: ignore[method-assign]

FOLDER = Path(__file__).parent
COURSE = load_course(bundled_course_folder())
FILMED, EXERCISE = "03_activations", "sigmoid"
WRONG, MISSING, AFTER = "return 0.5 * (tanh(x) + 1.0)", "0.5 * ", "x) + 1.0)"
"""What is typed at first, what was forgotten, and what stands after that."""
BEGUN, BROKEN = "06_autograd", "curve_rules"
"""A module that is nearly done, and its exercise that is wrong."""
PATIENCE = 120.0
"""Seconds until something must have come about."""
WIDE, FILM_SIZE = (160, 48), (120, 36)


async def pass_modules(folder: Path, *module_ids: str) -> None:
    """Passes modules with the reference's code."""
    tutor = Tutor(open_workspace(folder, COURSE))
    for module_id in module_ids:
        write(tutor, module_id)
        assert (await tutor.runs.check(module_id)).passed
    await tutor.close()


async def begin_module(folder: Path, module_id: str, *without: str) -> None:
    """Starts a module, does all exercises but some, and checks it."""
    tutor = Tutor(open_workspace(folder, COURSE))
    write(tutor, module_id, without)
    assert not (await tutor.runs.check(module_id)).passed
    await tutor.close()


async def make_mistake(folder: Path, module_id: str, exercise_id: str) -> None:
    """Puts the first of the mistakes that the course knows into an exercise."""
    tutor = Tutor(open_workspace(folder, COURSE))
    path = COURSE.module(module_id).folder / "mistakes" / f"{exercise_id}.yaml"
    mistake = yaml.safe_load(path.read_text("utf-8"))[0]
    right = reference_solutions(tutor.lesson(module_id))[exercise_id]
    wrong = right.replace(mistake["replace"], mistake["with"])
    tutor.save_source(module_id, exercise_id, wrong)
    await tutor.close()


def write(tutor: Tutor, module_id: str, without: Iterable[str] = ()) -> None:
    """Puts the reference's code into the student's notebook."""
    tutor.start(module_id)
    for exercise_id, source in reference_solutions(tutor.lesson(module_id)).items():
        if exercise_id not in without:
            tutor.save_source(module_id, exercise_id, source)


@asynccontextmanager
async def opened(folder: Path, size: tuple[int, int], theme: str = "tinytutor-dark") -> Any:
    """The app with its map."""
    settings = folder.parent / "settings.json"
    settings.write_text(f'{{"theme": "{theme}", "quiz": false, "close_pairs": false}}', "utf-8")
    os.environ["TINYTUTOR_CONFIG"] = str(settings)
    app = TutorApp(folder, COURSE)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, MapScreen))
        yield pilot


async def until(pilot: Pilot[Any], holds: Callable[[], bool]) -> None:
    """Lets the app work until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await pilot.pause(0.02)
    await pilot.pause()


async def at_rest(pilot: Pilot[Any]) -> Frame:
    """The screen once it no longer changes: colours of code come a moment after the code."""
    same, before = 0, frame_of(pilot.app)
    async with asyncio.timeout(PATIENCE):
        while same < 5:
            await pilot.pause(0.1)
            now = frame_of(pilot.app)
            same, before = (same + 1 if now == before else 0), now
    return before


async def open_module(pilot: Pilot[Any], *number: str) -> ModuleScreen:
    """Goes to a module by its number and opens it."""
    await pilot.press(*number, "enter")
    app = pilot.app
    await until(pilot, lambda: isinstance(app.screen, ModuleScreen))
    screen = app.screen
    assert isinstance(screen, ModuleScreen)
    await until(pilot, lambda: bool(screen.state and screen.query(".section-end")))
    return screen


# The pictures


async def film(folder: Path) -> list[Frame]:
    """From the map through a mistake and a pass back to the map."""
    frames: list[Frame] = []
    async with opened(folder, FILM_SIZE) as pilot:
        app = pilot.app

        async def show(seconds: float, *keys: str) -> None:
            await pilot.press(*keys)
            frames.append(replace(await at_rest(pilot), seconds=seconds))

        await show(2.5)
        screen = await open_module(pilot)
        await show(2.5)
        await show(0.8, "ctrl+l")
        editor = screen.exercise_pane.editor
        lines = editor.text.split("\n")
        row = next(number for number, line in enumerate(lines) if "YOUR CODE" in line)
        editor.move_cursor((row, 4))
        editor.move_cursor((row + 1, len(lines[row + 1])), select=True)
        await show(0.6)
        await type_words(pilot, frames, WRONG)
        await pilot.press("f5")
        await until(pilot, lambda: judged(screen))
        await show(5.0)
        for _ in range(len(AFTER)):
            await pilot.press("left")
        await show(0.5)
        await type_words(pilot, frames, MISSING)
        await pilot.press("f5")
        await until(pilot, lambda: judged(screen))
        await show(2.5)
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(app.screen, Celebration))
        await show(4.0)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, MapScreen))
        await show(2.0)
        await show(3.0, "g")
    return frames


def judged(screen: ModuleScreen) -> bool:
    """Whether the code on screen has its verdict."""
    return not screen.running and screen.state is not None and screen.state.current is not None


async def type_words(pilot: Pilot[Any], frames: list[Frame], words: str) -> None:
    """A letter at a time, as a student does."""
    for letter in words:
        await pilot.press(letter)
        await pilot.pause(0.05)
        frames.append(frame_of(pilot.app, 0.07))


async def the_map(pilot: Pilot[Any]) -> None:
    """A student in the middle of the course."""


async def a_failure(pilot: Pilot[Any]) -> None:
    """Half of a module is done, the next test says what is wrong."""
    screen = await open_module(pilot, "0", "6")
    await pilot.press("ctrl+l", "f5")
    await until(pilot, lambda: judged(screen))


async def a_prediction(pilot: Pilot[Any]) -> None:
    """A question before an experiment is seen."""
    screen = await open_module(pilot, "0", "3")
    lesson = screen.query_one(LessonPane)
    sections = screen.state.lesson.sections if screen.state else ()
    there = next(n for n, s in enumerate(sections) if s.title == "Systems analysis")
    screen.change(lambda state: state.to_section(there))
    await until(pilot, lambda: lesson.waits)

    def at_the_question() -> bool:
        # Again and again: its line comes a moment after it.
        lesson.ask()
        return isinstance(pilot.app.focused, Input)

    await until(pilot, at_the_question)
    await pilot.press(*"tanh twice as long, gelu ten times")


STILLS: dict[str, tuple[Callable[[Pilot[Any]], Awaitable[None]], tuple[int, int], str]] = {
    "map": (the_map, WIDE, "tinytutor-dark"),
    "module": (a_failure, (160, 44), "tinytutor-dark"),
    "prediction": (a_prediction, (140, 42), "tinytutor-light"),
}


async def draw_all() -> None:
    """Writes every picture beside this file."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "tinytutor-workspace"
        await Tutor(create_workspace(folder, COURSE)).close()
        await pass_modules(folder, "01_setup", "02_tensor", "04_layers")
        await begin_module(folder, FILMED, EXERCISE)
        keep("recording", await film(folder), "From the map through a module and back to the map")
        await pass_modules(folder, "05_losses", "07_optimizers", "10_dataloader", "11_tokenization")
        await begin_module(folder, BEGUN, BROKEN)
        await make_mistake(folder, BEGUN, BROKEN)
        for name, (go, size, theme) in STILLS.items():
            async with opened(folder, size, theme) as pilot:
                await go(pilot)
                keep(name, [await at_rest(pilot)], go.__doc__ or name)


def keep(name: str, frames: list[Frame], title: str) -> None:
    """Writes one picture."""
    (FOLDER / f"{name}.svg").write_text(svg(frames, title), "utf-8")


if __name__ == "__main__":
    asyncio.run(draw_all())
