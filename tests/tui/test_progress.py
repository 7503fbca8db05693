"""My progress tells what the command line tells; a milestone runs live and can be stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.conftest import RunApp, shown, until
from tests.tui.whole_course import at_work, build_whole
from tinytutor.tui.app import TutorApp
from tinytutor.tui.screens.milestone import MilestoneScreen


@pytest.mark.usefixtures("passed_first")
async def test_figures_are_those_of_the_metrics(run_app: RunApp) -> None:
    async with run_app(size=(120, 40)) as pilot:
        await pilot.press("p")
        await pilot.pause()
        text = shown(pilot)
        app = pilot.app
        assert isinstance(app, TutorApp)
        assert app.tutor is not None
        metrics = app.tutor.metrics()
        assert metrics.completed == 1
        assert "33% of the course" in text
        row = next(line for line in text.splitlines() if "01 Numbers" in line)
        assert row.split()[:5] == ["01", "Numbers", "✓", "passed", "2/2"]
        assert "100%" in row
        await pilot.press("escape")
        await pilot.pause()
        assert "Progress" in shown(pilot)


@pytest.mark.usefixtures("passed_first")
async def test_a_milestone_runs_and_is_recorded(run_app: RunApp) -> None:
    async with run_app() as pilot:
        await pilot.press("p", "tab")
        await pilot.pause()
        assert "It doubles [x]" in shown(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, MilestoneScreen)
        await until(pilot, lambda: "reached" in shown(pilot))
        text = shown(pilot)
        assert "doubling" in text
        assert "result 0" in text
        await pilot.press("escape")
        await pilot.pause()
        assert "✓ reached" in shown(pilot)


@pytest.mark.usefixtures("started")
async def test_a_milestone_that_is_not_ready_says_what_it_needs(run_app: RunApp) -> None:
    async with run_app() as pilot:
        await pilot.press("p", "tab", "enter")
        await pilot.pause()
        assert "needs 01_numbers" in shown(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 48)])
async def test_all_of_it_is_on_screen_at_once(tmp_path: Path, size: tuple[int, int]) -> None:
    course = build_whole(tmp_path / "course")
    at_work(tmp_path / "work", course)
    async with TutorApp(tmp_path / "work", course).run_test(size=size) as pilot:
        await until(pilot, lambda: "02 Tensor" in shown(pilot))
        await pilot.press("escape", "p")
        await until(pilot, lambda: "My progress" in shown(pilot))
        await pilot.pause()
        text = shown(pilot)
        for part in (
            "20% of the course",
            "active time",
            "left at your pace",
            "01 Setup",
            "Confused",
        ):
            assert part in text, text
        assert "Milestones" in text
        assert pilot.app.screen.max_scroll_y == 0
