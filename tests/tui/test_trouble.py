"""What fails while the app is open: it is told, the app goes on, and no text is lost unasked."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import RunApp, shown, until
from tinytutor.progress.errors import StoreError
from tinytutor.tui import text
from tinytutor.tui.screens.dialogs import Choice
from tinytutor.tui.screens.map import MapScreen
from tinytutor.tui.screens.module import ModuleScreen

TROUBLES = [OSError(errno.ENOSPC, "the disk is full [x]"), StoreError("busy for 30 s: try again")]


def _fails(trouble: Exception) -> Callable[..., None]:
    def fail(*_arguments: object, **_options: object) -> None:
        raise trouble

    return fail


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: type(trouble).__name__)
@pytest.mark.parametrize(
    ("command", "keys"),
    [("start", ["enter"]), ("report_confusion", ["f8", "a", "enter"]), ("metrics", ["p"])],
)
async def test_what_fails_is_told_and_the_app_goes_on(
    run_app: RunApp,
    started: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    keys: list[str],
    trouble: Exception,
) -> None:
    async with run_app() as pilot:
        monkeypatch.setattr(pilot.app.tutor, command, _fails(trouble))
        await pilot.press(*keys)
        await until(pilot, lambda: bool(pilot.app._notifications))
        assert [told.message for told in pilot.app._notifications] == [str(trouble)]
        monkeypatch.undo()
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MapScreen))


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: type(trouble).__name__)
async def test_a_map_that_cannot_be_read_again_stays_as_it_was(
    run_app: RunApp, started: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    async with run_app() as pilot:
        await _open_module(pilot)
        monkeypatch.setattr(pilot.app.tutor, "overview", _fails(trouble))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MapScreen))
        await until(pilot, lambda: bool(pilot.app._notifications))
        assert "01 Numbers" in shown(pilot)


async def _open_module(pilot: Pilot[None]) -> ModuleScreen:
    await pilot.press("enter")
    await until(pilot, lambda: getattr(pilot.app.screen, "state", None) is not None)
    screen = pilot.app.screen
    assert isinstance(screen, ModuleScreen)
    return screen


async def test_quitting_asks_while_a_text_cannot_be_saved(
    run_app: RunApp, started: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with run_app() as pilot:
        screen = await _open_module(pilot)
        monkeypatch.setattr(pilot.app.tutor, "save_source", _fails(TROUBLES[0]))
        screen.go_to("exercise")
        await pilot.press("home", "#", "ctrl+q", "ctrl+q")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choice))
        assert text.LEAVE_QUESTION[:40] in shown(pilot)
        await pilot.press("ctrl+q", "enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.exercise_pane.editor.text.startswith("#")
        monkeypatch.undo()
        await pilot.press("ctrl+q")
        await until(pilot, lambda: pilot.app._exit)


async def test_quitting_in_spite_of_it_leaves(
    run_app: RunApp, started: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with run_app() as pilot:
        screen = await _open_module(pilot)
        monkeypatch.setattr(pilot.app.tutor, "save_source", _fails(TROUBLES[0]))
        screen.go_to("exercise")
        await pilot.press("home", "#", "ctrl+q")
        await until(pilot, lambda: isinstance(pilot.app.screen, Choice))
        await pilot.press("right", "enter")
        await until(pilot, lambda: pilot.app._exit)
