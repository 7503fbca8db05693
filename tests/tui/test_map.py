"""The map: what its boxes say, walking, search, numbers, mouse, and any size of window."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.conftest import RunApp, shown, until
from tests.tui.whole_course import at_work, build_whole
from tinytutor.curriculum import Course
from tinytutor.tui.app import TutorApp
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


@pytest.mark.usefixtures("passed_first")
async def test_a_filter_sets_off_the_modules_of_one_state(run_app: RunApp) -> None:
    async with run_app() as pilot:
        await pilot.press("f")
        await pilot.pause()
        assert "passed: 1" in shown(pilot)
        assert focused(pilot) == "01_numbers", "the focus goes where the filter leads"
        await pilot.press("f", "f")
        await pilot.pause()
        assert "locked: 1" in shown(pilot)
        assert focused(pilot) == "03_pairs"
        colours = colours_of(pilot, "03 Pairs"), colours_of(pilot, "02 Words")
        assert colours[0] != colours[1]
        await pilot.press("escape")
        await pilot.pause()
        assert "locked: 1" not in shown(pilot)
        assert colours_of(pilot, "02 Words") != colours[1]


@pytest.mark.usefixtures("started")
async def test_a_narrow_window_tells_how_to_end_a_filter(run_app: RunApp) -> None:
    async with run_app(size=(80, 24)) as pilot:
        await pilot.press("f")
        await pilot.pause()
        assert "Esc all  0 of 3 passed" in shown(pilot)


@pytest.mark.usefixtures("passed_first")
async def test_zoom_shows_less_and_more(run_app: RunApp) -> None:
    async with run_app(size=(120, 40)) as pilot:
        assert "●○○○○" in shown(pilot), "difficulty"
        await pilot.press("z")
        await pilot.pause()
        assert "●○○○○" not in shown(pilot)
        assert "01 Numbers" in shown(pilot)
        await pilot.press("z", "z")
        await pilot.pause()
        assert "●○○○○" in shown(pilot)


def colours_of(pilot: object, words: str) -> set[str]:
    """The colours in which these words stand on the screen."""
    strips = pilot.app.screen._compositor.render_strips()  # type: ignore[attr-defined]
    return {
        str(segment.style.color)
        for strip in strips
        for segment in strip
        if words in segment.text and segment.style is not None
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Course]:
    """The graph of the whole course, with a student in the middle of it."""
    home = tmp_path_factory.mktemp("whole")
    course = build_whole(home / "course")
    at_work(home / "work", course)
    return home / "work", course


@pytest.mark.parametrize("size", [(160, 48), (120, 40), (80, 24)])
async def test_twenty_modules_can_all_be_reached(
    whole: tuple[Path, Course], folder: Path, size: tuple[int, int]
) -> None:
    app = TutorApp(*whole)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, MapScreen))
        await pilot.pause()
        view = app.screen.query_one(MapView)
        if size == (160, 48):
            text = shown(pilot)
            for module in whole[1].modules:
                assert module.label in text, "all is seen without scrolling"
            for word in ("Foundations", "Machine", "Language", "Systems", "locked", "h"):
                assert word in text
            assert view.max_scroll_y == 0
        for module in whole[1].modules:
            await pilot.press(*f"{module.number:02d}")
            assert view.focused_id == module.id
            await pilot.pause()
            assert module.label in shown(pilot), "the focus is always in sight"
