"""The map: what its boxes say, walking, search, numbers, mouse, and any size of window."""

from __future__ import annotations

import pytest

from tests.tui.conftest import RunApp, shown
from tinytutor.tui.screens.dialogs import Choice
from tinytutor.tui.screens.map import MapScreen
from tinytutor.tui.widgets.map_view import MapView


def focused(pilot: object) -> str:
    screen = pilot.app.screen  # type: ignore[attr-defined]
    assert isinstance(screen, MapScreen)
    return screen.query_one(MapView).focused_id


@pytest.mark.usefixtures("passed_first")
async def test_each_state_is_told_in_words(run_app: RunApp) -> None:
    async with run_app() as pilot:
        text = shown(pilot)
        for word in ("passed", "open", "locked", "01 Numbers", "2/2", "1 of 3 passed"):
            assert word in text
        assert focused(pilot) == "02_words", "the map begins at what comes next"


@pytest.mark.usefixtures("started")
async def test_the_sentence_says_what_is_missing(run_app: RunApp) -> None:
    async with run_app() as pilot:
        await pilot.press("2")
        await pilot.pause()
        assert "Locked: pass 01 Numbers first." in shown(pilot)


@pytest.mark.usefixtures("started")
async def test_walking_follows_the_edges(run_app: RunApp) -> None:
    async with run_app() as pilot:
        assert focused(pilot) == "01_numbers"
        await pilot.press("down")
        assert focused(pilot) == "02_words"
        await pilot.press("j")
        assert focused(pilot) == "03_pairs"
        await pilot.press("down")
        assert focused(pilot) == "03_pairs", "never off the map"
        await pilot.press("k", "up")
        assert focused(pilot) == "01_numbers"


@pytest.mark.usefixtures("started")
async def test_search_and_numbers(run_app: RunApp) -> None:
    async with run_app() as pilot:
        await pilot.press("slash", *"pair", "enter")
        assert focused(pilot) == "03_pairs"
        await pilot.press("1")
        assert focused(pilot) == "01_numbers"
        await pilot.press("slash", *"0", "enter", "n", "n")
        assert focused(pilot) == "03_pairs"
        await pilot.press("N")
        assert focused(pilot) == "02_words"
        await pilot.press("slash", *"zzz", "enter")
        await pilot.pause()
        assert focused(pilot) == "02_words"
        assert "No module has 'zzz'" in shown(pilot)
        await pilot.press("slash", "escape", "1")
        assert focused(pilot) == "01_numbers"


@pytest.mark.usefixtures("started")
async def test_a_click_focuses(run_app: RunApp) -> None:
    async with run_app() as pilot:
        rows = shown(pilot).splitlines()
        y = next(n for n, row in enumerate(rows) if "03 Pairs" in row)
        await pilot.click(offset=(rows[y].index("03 Pairs"), y))
        assert focused(pilot) == "03_pairs"


@pytest.mark.usefixtures("started")
async def test_a_locked_module_asks_before_it_opens(run_app: RunApp) -> None:
    async with run_app() as pilot:
        await pilot.press("2", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Choice)
        assert "recorded" in shown(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, MapScreen)


@pytest.mark.usefixtures("passed_first")
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 48), (40, 12), (30, 6)])
async def test_any_window_has_a_map(run_app: RunApp, size: tuple[int, int]) -> None:
    async with run_app(size=size) as pilot:
        for key in ("down", "down", "up", "g"):
            await pilot.press(key)
        await pilot.pause()
        assert "02 Words" in shown(pilot)


@pytest.mark.usefixtures("passed_first")
async def test_a_resize_keeps_focus_and_sight(run_app: RunApp) -> None:
    async with run_app(size=(160, 48)) as pilot:
        await pilot.press("3")
        await pilot.resize_terminal(60, 14)
        await pilot.pause()
        assert focused(pilot) == "03_pairs"
        assert "03 Pairs" in shown(pilot)
