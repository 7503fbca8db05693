"""The cohort screen tells what the report tells, and its plots say it in words, too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("duckdb")
pytest.importorskip("textual_plotext")

from tests.cohort.conftest import make_bundles
from tests.cohort.samples import COURSE
from tests.tui.conftest import RunApp, shown, until
from tinytutor.cohort.records.cohort import Cohort
from tinytutor.cohort.records.inbox import find_bundles, look_at
from tinytutor.cohort.records.ingest import ingest
from tinytutor.cohort.report.figures import Figures, gather
from tinytutor.cohort.report.words import hours
from tinytutor.cohort.synthetic import Plan, write_cohort
from tinytutor.curriculum import Course
from tinytutor.tui.screens.cohort import CohortApp, CohortScreen
from tinytutor.tui.screens.map import MapScreen


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Figures]:
    folder = tmp_path_factory.mktemp("cohort")
    inbox = make_bundles(folder / "in", Plan(30, seed=5, hours_scale=0.1, mess=False))
    ingest(inbox, COURSE, folder / "cohort", name="Autumn [b]")
    with Cohort(folder / "cohort", COURSE) as cohort:
        yield gather(cohort)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_it_shows_the_figures_of_the_report(figures: Figures, size: tuple[int, int]) -> None:
    app = CohortApp(figures)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        words = shown(pilot)
        assert "Autumn [b]" in words
        assert "30 students" in words
        assert "01 M1" in words
        curve = figures.modules[0].curve
        assert curve is not None
        assert f"median {hours(curve.median)}" in " ".join(words.split())
        assert "Mend these places first" in words
        assert figures.mend_first[0].exercise_id in words


async def test_modules_and_plots_are_chosen_by_key(figures: Figures) -> None:
    app = CohortApp(figures)
    async with app.run_test(size=(140, 40)) as pilot:
        await pilot.press("down")
        await pilot.pause()
        assert "02 M2: % completed" in shown(pilot)
        await pilot.press("v")
        await pilot.pause()
        completed = figures.modules[1].ending[0]
        assert f"{completed} completed" in shown(pilot)
        await pilot.press("v")
        await pilot.pause()
        assert "02 M2: % who pass each test at once" in shown(pilot)
        await pilot.press("v", "q")
        await pilot.pause()
    assert app.return_code == 0


async def test_small_groups_are_not_on_the_screen(figures: Figures) -> None:
    hidden = replace(
        figures.modules[0],
        funnel=None,
        ending=(None, None, None),
        curve=None,
        effort=None,
        quartiles=(),
    )
    few = replace(figures, modules=(hidden,), items=(), confusing=(), mend_first=())
    app = CohortApp(few)
    async with app.run_test(size=(120, 30)) as pilot:
        for _ in range(3):
            await pilot.pause()
            assert "Too few students" in shown(pilot)
            assert "under 5" in shown(pilot)
            await pilot.press("v")
        assert "No place stands out" in shown(pilot)


@pytest.mark.usefixtures("started")
async def test_the_palette_opens_a_cohort_that_lies_here(
    run_app: RunApp, course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tests = {module.id: [(module.name, f"test_{module.name}")] for module in course.modules}
    plan = Plan(6, hours_scale=0.05, mess=False)
    write_cohort(tmp_path / "in", course, tests, plan)
    ingest(look_at(find_bundles([tmp_path / "in"]), course), course, tmp_path / "autumn [b]")
    (tmp_path / "spoilt").mkdir()
    (tmp_path / "spoilt" / "cohort.json").write_text("{")
    monkeypatch.chdir(tmp_path)
    async with run_app(size=(140, 40)) as pilot:
        commands = {c.title: c for c in pilot.app.get_system_commands(pilot.app.screen)}
        commands["Cohort autumn [b]"].callback()
        await until(pilot, lambda: isinstance(pilot.app.screen, CohortScreen))
        await until(pilot, lambda: "6 students" in shown(pilot))
        await pilot.press("q")
        await until(pilot, lambda: isinstance(pilot.app.screen, MapScreen))
        commands["Cohort spoilt"].callback()
        await until(pilot, lambda: "is no cohort" in shown(pilot))


@pytest.mark.usefixtures("started")
async def test_the_palette_has_no_cohort_where_none_lies(
    run_app: RunApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with run_app() as pilot:
        titles = [c.title for c in pilot.app.get_system_commands(pilot.app.screen)]
        assert not any(title.startswith("Cohort") for title in titles)
