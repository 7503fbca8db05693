"""First start, the screens that open from everywhere, settings that last, and trouble."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tui.conftest import RunApp, shown, until
from tinytutor.curriculum import Course
from tinytutor.progress.events import Activity, ConfusionReported, Event, ModulePassed
from tinytutor.tui import text
from tinytutor.tui.app import TutorApp
from tinytutor.tui.commands import COMMANDS, Place
from tinytutor.tui.screens.help import HelpDialog
from tinytutor.tui.screens.map import MapScreen
from tinytutor.tui.screens.quiz import QuizDialog
from tinytutor.tui.screens.tour import TourDialog
from tinytutor.tui.screens.welcome import WelcomeScreen
from tinytutor.tui.widgets.key_bar import KeyBar
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import is_workspace, open_workspace


async def test_the_first_key_makes_the_workspace(run_app: RunApp, folder: Path) -> None:
    async with run_app() as pilot:
        assert isinstance(pilot.app.screen, WelcomeScreen)
        # A long path is folded: without frame and blanks it stands there whole.
        assert str(folder) in "".join(shown(pilot).replace("│", "").split())
        assert not folder.exists(), "nothing is made before the student says so"
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, TourDialog))
        assert is_workspace(folder)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, MapScreen), "the tour can be skipped at once"


@pytest.mark.usefixtures("started")
async def test_the_tour_has_few_steps_and_comes_on_request_only(run_app: RunApp) -> None:
    async with run_app() as pilot:
        assert isinstance(pilot.app.screen, MapScreen)
        await pilot.app.run_action("tour")
        await pilot.pause()
        assert len(text.TOUR) <= 5
        for title, _ in text.TOUR:
            assert title in shown(pilot)
            await pilot.press("enter")
            await pilot.pause()
        assert isinstance(pilot.app.screen, MapScreen)


async def test_questions_come_back_in_a_later_session(
    run_app: RunApp, started: Path, course: Course
) -> None:
    pass_long_ago(started, course)
    async with run_app() as pilot:
        await until(pilot, lambda: "What is twice two?" in shown(pilot))
        assert isinstance(pilot.app.screen, QuizDialog)
        await pilot.press("1")
        await until(pilot, lambda: "Two and two are four." in shown(pilot))
        assert "Not so" in shown(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, MapScreen)
    async with run_app() as pilot:
        assert isinstance(pilot.app.screen, MapScreen), "asked once in a session"


async def test_questions_can_be_skipped_and_turned_off(
    run_app: RunApp, started: Path, course: Course, tmp_path: Path
) -> None:
    pass_long_ago(started, course)
    async with run_app() as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, QuizDialog))
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, MapScreen)
        assert "1 of 3 passed" in shown(pilot), "nothing is locked"
    (tmp_path / "settings.json").write_text(json.dumps({"quiz": False}))
    async with run_app() as pilot:
        await pilot.pause(0.2)
        assert isinstance(pilot.app.screen, MapScreen)


def pass_long_ago(folder: Path, course: Course) -> None:
    """Puts a pass of the first module into the record, of a day long before."""
    tutor = Tutor(open_workspace(folder, course))
    passing = ModulePassed("a", tutor.lesson("01_numbers").tests_sha256, "numbers", "")
    at = "2026-01-01T00:00:00.000Z"
    tutor.store.append(Event(passing, module_id="01_numbers", at=at))
    tutor.store.close()


async def test_a_workspace_that_cannot_be_made_says_why(run_app: RunApp, folder: Path) -> None:
    folder.write_text("a file is in the way")
    async with run_app() as pilot:
        await pilot.press("enter")
        # A long path moves the end of the line.
        await until(pilot, lambda: "is a file" in " ".join(shown(pilot).replace("│", " ").split()))
        assert isinstance(pilot.app.screen, WelcomeScreen)
    assert folder.read_text() == "a file is in the way"


async def test_a_damaged_store_is_told_and_left_alone(run_app: RunApp, passed_first: Path) -> None:
    store = passed_first / ".tinytutor" / "progress.sqlite"
    store.write_bytes(b"garbage" * 1000)
    async with run_app() as pilot:
        assert "doctor" in shown(pilot)
    assert store.read_bytes() == b"garbage" * 1000


@pytest.mark.usefixtures("started")
async def test_help_lists_the_keys_of_the_screen(run_app: RunApp) -> None:
    async with run_app(size=(100, 60)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        drawn = shown(pilot)
        for command in COMMANDS:
            if command.place in (Place.MAP, Place.EVERYWHERE) and command.keys:
                assert command.sentence in drawn
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, MapScreen)


@pytest.mark.usefixtures("started")
async def test_every_command_of_the_palette_can_be_called(run_app: RunApp) -> None:
    async with run_app() as pilot:
        commands = {c.title: c for c in pilot.app.get_system_commands(pilot.app.screen)}
        assert {"Progress", "Settings", "Confused", "Quit", "Open"} <= set(commands)
        commands["Progress"].callback()
        await until(pilot, lambda: "My progress" in shown(pilot))


@pytest.mark.usefixtures("started")
async def test_a_theme_is_remembered(run_app: RunApp, folder: Path, course: Course) -> None:
    async with run_app() as pilot:
        assert pilot.app.theme == "tinytutor-dark"
        await pilot.press("s", "down", "enter", "escape")
        await pilot.pause()
        assert pilot.app.theme == "tinytutor-high-contrast"
    again = TutorApp(folder, course)
    async with again.run_test() as pilot:
        await pilot.pause()
        assert pilot.app.theme == "tinytutor-high-contrast"


@pytest.mark.usefixtures("started")
async def test_keys_can_be_changed_in_the_settings_file(run_app: RunApp, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(json.dumps({"keys": {"map.show_progress": "z"}}))
    async with run_app() as pilot:
        await pilot.press("z")
        await pilot.pause()
        assert "My progress" in shown(pilot)


@pytest.mark.usefixtures("started")
async def test_a_broken_settings_file_is_put_aside(run_app: RunApp, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text("{nonsense")
    async with run_app() as pilot:
        assert isinstance(pilot.app.screen, MapScreen)
    assert (tmp_path / "settings.broken.json").read_text() == "{nonsense"


@pytest.mark.usefixtures("started")
async def test_a_confusion_report_keeps_words_that_look_like_markup(run_app: RunApp) -> None:
    async with run_app() as pilot:
        await pilot.press("f8")
        await pilot.press(*"why [/b]", "enter")
        await pilot.pause()
        assert isinstance(pilot.app, TutorApp)
        assert pilot.app.tutor is not None
        reports = [
            event.what
            for event in pilot.app.tutor.events()
            if isinstance(event.what, ConfusionReported)
        ]
        assert [(report.place, report.text) for report in reports] == [("map", "why [/b]")]


@pytest.mark.usefixtures("started")
async def test_active_time_is_stored_when_the_app_ends(run_app: RunApp) -> None:
    async with run_app() as pilot:
        app = pilot.app
        assert isinstance(app, TutorApp)
        await pilot.press("down", "up")
        await pilot.pause(0.2)
        tutor = app.tutor
        assert tutor is not None
        store = tutor.store.path
    from tinytutor.progress.store import ProgressStore

    with ProgressStore.open(store) as kept:
        seconds = [e.what.seconds for e in kept.events() if isinstance(e.what, Activity)]
    assert 0 < sum(seconds) < 60


@pytest.mark.usefixtures("started")
async def test_ascii_alone_where_it_is_asked_for(
    run_app: RunApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINYTUTOR_ASCII", "1")
    async with run_app() as pilot:
        drawn = pilot.app.export_screenshot()
        body = drawn.split("<g clip-path")[-1]
        assert all(char.isascii() or char == "\u00a0" for char in body)


async def test_the_footer_names_keys_as_the_texts_do(run_app: RunApp, started: Path) -> None:
    async with run_app(size=(80, 24)) as pilot:
        assert "Enter Open" in shown(pilot)
        assert "F8 Confused" in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "F5 Run tests" in shown(pilot))
        assert "^L Pane" in shown(pilot)
        assert "Esc Back" in shown(pilot)
        assert "F8 Confused" in shown(pilot), "the last of them is seen at 80 columns"


@pytest.mark.usefixtures("started")
async def test_a_click_on_a_key_of_the_footer_presses_it(run_app: RunApp) -> None:
    async with run_app() as pilot:
        bar = pilot.app.screen.query_one(KeyBar)
        await pilot.click(bar, offset=(shown(pilot).splitlines()[-1].index("? Help"), 0))
        await pilot.pause()
        assert isinstance(pilot.app.screen, HelpDialog)
