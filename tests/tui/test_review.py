"""The review in the app: from the palette, by keyboard, and outside text stays text."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import OptionList, Static

from tests.tui.conftest import RunApp, shown, until
from tinytutor.curriculum import Course
from tinytutor.tui.screens.review import ReviewScreen


@pytest.mark.usefixtures("started")
async def test_scorecards_and_findings_are_shown(run_app: RunApp, course: Course) -> None:
    lesson = course.modules[1].lesson_path
    text = lesson.read_text("utf-8")
    lesson.write_text(text.replace("import math\n", "from math import *  # [/b]\n"), "utf-8")
    async with run_app(size=(140, 50)) as pilot:
        await pilot.app.run_action("show_review")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)
        await until(pilot, lambda: "ready for students" in shown(pilot))
        listed = pilot.app.screen.query_one(OptionList)
        assert listed.option_count == len(course.modules)
        await pilot.press("down")
        detail = pilot.app.screen.query_one("#detail", Static)
        await until(pilot, lambda: "RV503" in str(detail.content))
        assert "`from math import *`" in str(detail.content)
        assert "not met" in str(detail.content)
        assert "RV503" in shown(pilot), "the map has a #detail of its own, of a few lines"
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, ReviewScreen)


@pytest.mark.usefixtures("started")
async def test_a_course_that_went_away_is_told(run_app: RunApp, course: Course) -> None:
    async with run_app() as pilot:
        Path(course.folder / "curriculum" / "course.yaml").write_text("course: [", "utf-8")
        await pilot.app.run_action("show_review")
        await pilot.pause()
        await until(pilot, lambda: "course.yaml:" in shown(pilot))
        await pilot.press("q")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, ReviewScreen)
