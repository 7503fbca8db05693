"""The page and the JSON tell what was measured, hide small groups, and obey nobody's markup."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytest.importorskip("duckdb")

from tests.cohort.conftest import Made, make_bundles
from tests.cohort.samples import COURSE, honest_bundle
from tests.progress.samples import attempt, happened, numbered
from tinytutor.cohort.measures.completion import Funnel, funnels, times_to_complete
from tinytutor.cohort.measures.confusion import ConfusingPlace
from tinytutor.cohort.measures.effort import efforts
from tinytutor.cohort.measures.items import course_items
from tinytutor.cohort.records.cohort import Cohort
from tinytutor.cohort.records.ingest import ingest
from tinytutor.cohort.report.figures import Figures, _ending, _on_the_way, gather
from tinytutor.cohort.report.to_html import report_page
from tinytutor.cohort.report.to_json import report_document
from tinytutor.cohort.sources import opened
from tinytutor.cohort.synthetic import Plan
from tinytutor.html import data_table
from tinytutor.progress.events import ConfusionReported, ModuleStarted
from tinytutor.progress.outcomes import TestOutcome, TestStatus


@pytest.fixture(scope="module")
def cohort(messy: Made) -> Iterator[Cohort]:
    with Cohort(messy.folder, COURSE) as found:
        yield found


@pytest.fixture(scope="module")
def figures(cohort: Cohort, tmp_path_factory: pytest.TempPathFactory) -> Figures:
    folder = tmp_path_factory.mktemp("before")
    inbox = make_bundles(folder / "in", Plan(40, seed=8, hours_scale=0.05, prefix="o", skill=-1.5))
    ingest(inbox, COURSE, folder / "cohort", name="Last year")
    with Cohort(folder / "cohort", COURSE) as before:
        return gather(cohort, before=before)


class Page(HTMLParser):
    """A strict reader: every element closed in order, nothing that could run or be fetched."""

    VOID = ("meta", "br")

    def __init__(self, content: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.words: list[str] = []
        self.figures: list[Counter[str]] = []
        self.feed(content)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "link", "img", "iframe", "object", "base", "form"), tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name not in ("src", "xlink:href", "srcdoc"), name
            assert name != "href" or (value or "").startswith("#")
        self.tags[tag] += 1
        if tag == "figure":
            self.figures.append(Counter())
        for counted in self.figures[-1:] if "figure" in self.open else ():
            counted[tag] += 1
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_is_whole_and_runs_and_fetches_nothing(figures: Figures) -> None:
    content = report_page(figures)
    page = Page(content)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    assert f'"Content-Security-Policy" content="{policy}"' in content
    assert "http" not in re.sub(r"http-equiv", "", content)
    assert page.tags["h1"] == 1
    assert "<html lang=" in content


def test_every_picture_is_described_and_has_its_table(figures: Figures) -> None:
    page = Page(report_page(figures))
    assert len(page.figures) >= 6
    for found in page.figures:
        assert found["svg"] == 1
        assert found["desc"] == 1
        assert found["title"] >= 1
        assert found["table"] == 1


def test_the_page_tells_what_was_measured(figures: Figures, cohort: Cohort) -> None:
    words = " ".join(Page(report_page(figures)).words)
    for funnel, time in zip(funnels(cohort), times_to_complete(cohort), strict=True):
        if funnel.started >= 10:
            assert f"{funnel.completed / funnel.started:.0%}" in words
            assert time.curve.median is None or f"{time.curve.median * 60:.0f} min" in words
    for place in figures.mend_first:
        assert place.exercise_id in words
        assert place.reasons[0] in words
    assert "Last year" in words
    assert "θ = 10 min" in words


def test_json_has_the_figures_of_the_measures(figures: Figures, cohort: Cohort) -> None:
    document = json.loads(json.dumps(report_document(figures), allow_nan=False))
    assert document["students"] == 60
    for module, funnel, effort in zip(
        document["modules"], funnels(cohort), efforts(cohort), strict=True
    ):
        assert module["id"] == funnel.module_id
        assert (module["started"], module["completed"]) == (funnel.started, funnel.completed)
        assert module["effort"]["errors"] == effort.errors
        assert module["effort"]["errors_per_hour"] == effort.errors_per_hour
    assert len(document["tests"]) == sum(i.students >= 5 for i in course_items(cohort))
    assert document["comparison"][0]["completion"]["before"]["whole"] == 40
    assert len(document["mend_first"]) == 5


def test_a_cohort_that_learned_more_is_told_apart(figures: Figures) -> None:
    first = figures.comparison[0]
    assert first.first_tries.before.value < first.first_tries.after.value  # type: ignore[operator]
    assert first.first_tries.is_clear


# What comes from outside


def test_words_of_students_are_never_markup(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>\x1b[31m\"'&"
    test = TestOutcome("test_a", "a", TestStatus.FAILED, 5.0, evil, "Mismatch", evil, 0.1)
    bundles = []
    for number in range(6):
        events = numbered(
            happened(0, ModuleStarted(), "01_m1"),
            happened(9, attempt(test), "01_m1"),
            happened(20, ConfusionReported("", f"{evil} {number}"), "01_m1", "a"),
        )
        path = tmp_path / f"{number}.zip"
        bundles.append(
            honest_bundle(path, events, student=f"s{number}<img src=x>", with_texts=True)
        )
    with opened(bundles, COURSE) as cohort:
        found = gather(cohort)
    content = report_page(replace(found, name="<b>Spring</b>"))
    page = Page(content)
    assert "<script" not in content and "<b>Spring" not in content and "<img" not in content
    assert "\x1b" not in content
    assert any("<script>alert(1)</script>" in words for words in page.words)
    assert any("<b>Spring</b>" in words for words in page.words)


# Small groups


def few(tmp_path: Path, count: int) -> list[Path]:
    test = TestOutcome("test_a", "a", TestStatus.FAILED, 5.0, "", "Mismatch", "m", 0.1)
    paths = []
    for number in range(count):
        events = numbered(
            happened(0, ModuleStarted(), "01_m1"),
            happened(9, attempt(test), "01_m1"),
            happened(20, ConfusionReported("", "said in confidence"), "01_m1", "a"),
        )
        path = tmp_path / f"{number}.zip"
        paths.append(honest_bundle(path, events, student=f"s{number}", with_texts=True))
    return paths


def test_four_students_are_nobodys_business(tmp_path: Path) -> None:
    with opened(few(tmp_path, 4), COURSE) as cohort:
        found = gather(cohort)
    assert found.modules[0].funnel is None and found.modules[0].effort is None
    assert (found.items, found.confusing, found.mend_first) == ((), (), ())
    document = report_document(found)["modules"][0]  # type: ignore[index]
    assert {key for key, value in document.items() if value is not None} == {
        "id",
        "planned_hours",
    }
    assert "said in confidence" not in report_page(found)


def test_five_are_a_group_for_their_instructor_and_ten_for_the_world(tmp_path: Path) -> None:
    with opened(few(tmp_path, 9), COURSE) as cohort:
        own, published = gather(cohort), gather(cohort, published=True)
    assert own.modules[0].funnel is not None
    assert own.modules[0].curve is None
    assert own.confusing == (ConfusingPlace("01_m1", "a", 9, 9, ("said in confidence",)),)
    assert published.modules[0].funnel is None


def test_words_are_never_published(tmp_path: Path) -> None:
    with opened(few(tmp_path, 12), COURSE) as cohort:
        published = gather(cohort, published=True)
    assert published.modules[0].curve is not None
    assert published.confusing[0].students == 12
    assert "said in confidence" not in report_page(published)


def test_small_parts_of_an_ending_are_withheld_with_what_gives_them_away() -> None:
    funnel = Funnel("m", 100, 100, 100, 100, 90, 3)
    assert _ending(funnel, 5, published=False) == (90, None, None)
    assert _ending(funnel, 10, published=True) == (90, None, None)
    lonely = replace(funnel, completed=97, dropped=3)
    assert _ending(lonely, 5, published=True) == (None, 0, None)
    assert _ending(replace(funnel, completed=50, dropped=20), 5, published=True) == (50, 30, 20)


def test_published_steps_name_no_few_that_stopped_between_them() -> None:
    funnel = Funnel("m", 100, started=100, first_pass=98, all_passed=80, completed=60, dropped=20)
    assert _on_the_way(funnel, 5, published=False) == (98, 80)
    assert _on_the_way(funnel, 5, published=True) == (None, None)
    assert _on_the_way(replace(funnel, first_pass=100), 5, published=True) == (100, 80)


def test_a_column_of_numbers_stands_under_its_heading_at_the_right() -> None:
    rows = [("a", 1, "5%", "1 of 2", "so " * 20), ("b", None, "–", "x", "no")]
    table = data_table(("name", "n", "share", "parts", "why"), rows)
    assert table.count('class="number"') == 6
    assert '<th scope="col" class="number">share</th>' in table
    assert '<th scope="col">parts</th>' in table
    assert table.count('class="words"') == 3
