"""Reports say what was found, in the structure that readers know, and outside text stays text."""

from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.review.folders import review
from tinytutor.review import report
from tinytutor.review.effects import EffectsError, StudentModule, gather, read_effects
from tinytutor.review.findings import Severity
from tinytutor.review.reviewing import CourseReview
from tinytutor.review.scorecard import CRITERIA
from tinytutor.review.to_html import to_html
from tinytutor.review.to_json import review_document
from tinytutor.review.to_markdown import escaped, to_markdown

FLAME = Path(__file__).parent / "courses" / "flame"
DAY = date(2026, 11, 29)


@pytest.fixture(scope="module")
def flame() -> CourseReview:
    return review(FLAME)


HOSTILE = (
    '<script>alert(1)</script> ![x](http://evil/x.png) **bold** | `a` [link](javascript:x) & "q"'
)


@pytest.fixture
def hostile(tmp_path: Path) -> CourseReview:
    """A lesson whose title, names and messages try to become markup."""
    (tmp_path / "01_<b>odd").mkdir()
    (tmp_path / "01_<b>odd" / "a.py").write_text(
        f"# %% [markdown]\n# # {HOSTILE}\n# ## Summary\n# {HOSTILE} one two three\n"
        "# %%\nif 1 < 2 & 3: print('<img src=x onerror=y>'\n",
        "utf-8",
    )
    return review(tmp_path)


class Page(HTMLParser):
    """Collects what a browser would make of a page."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def count(self, name: str) -> int:
        return sum(tag == name for tag, _ in self.tags)


def test_markdown_has_the_parts_of_the_report(flame: CourseReview) -> None:
    text = to_markdown(flame, DAY)
    headings = re.findall(r"^#{2,3} (.*)$", text, re.MULTILINE)
    wanted = [
        "Executive Summary",
        "Overall Health: 40% Ready for Students",
        "Module-by-Module Status",
        "🟢 READY FOR STUDENTS (2 modules)",
        "🟡 ALMOST READY (2 modules)",
        "🔴 NEEDS SIGNIFICANT WORK (1 module)",
        "Common Issues Across All Modules",
        "Priority Action Plan",
        "Quality Metrics to Track",
        "Success Criteria",
        "Findings",
        "Conclusion",
    ]
    places = [headings.index(heading) for heading in wanted]
    assert places == sorted(places)
    assert "**Report Date**: 2026-11-29" in text
    assert "- **Main issue**: prerequisites are stated nowhere" in text
    assert "🚨 Week 1: Critical Fixes" in text.replace("fixes", "Fixes")


def test_json_has_every_key_that_others_rely_on(flame: CourseReview) -> None:
    document = json.loads(json.dumps(review_document(flame)))
    assert document["health"] == 0.4
    assert {"common_issues", "plan"} <= set(document)
    for module in document["modules"]:
        assert {"id", "file", "status", "counts", "hours", "main_issue", "key_strength"} <= set(
            module
        )
        assert set(module["criteria"]) == {*CRITERIA, "immediate_tests_share"}
        assert set(module["counts"]) == {"critical", "high", "medium", "low"}
        assert sum(module["counts"].values()) == len(module["findings"])
        for finding in module["findings"]:
            keys = {"code", "name", "severity", "file", "line", "message", "fix", "hours"}
            assert keys <= set(finding)
            lines = (FLAME / finding["file"]).read_text("utf-8").splitlines()
            assert 1 <= finding["line"] <= len(lines)


def test_html_is_one_page_without_script_and_network(flame: CourseReview) -> None:
    text = to_html(flame, DAY, gather([StudentModule("01_setup", True, True, 60, 1, 2, 3, 4)]))
    page = Page(text)
    assert "default-src 'none'; style-src 'unsafe-inline'" in text
    assert (
        page.count("script") == page.count("img") == page.count("link") == page.count("iframe") == 0
    )
    assert not re.search(r"https?://|url\(|@import|\son\w+=", text)
    assert page.count("svg") == page.count("figure") == page.count("details") >= 4
    assert page.count("desc") == page.count("svg")
    assert page.count("table") >= page.count("svg")
    anchors = {attrs["id"] for _, attrs in page.tags if "id" in attrs}
    links = {attrs["href"] for tag, attrs in page.tags if tag == "a"}
    assert {str(link).removeprefix("#") for link in links} <= anchors


def test_text_from_a_lesson_never_becomes_markup(hostile: CourseReview) -> None:
    page = Page(to_html(hostile, DAY))
    assert page.count("script") == page.count("img") == 0
    assert page.count("a") == 1 + len(hostile.modules), "the skip link and one per module"
    text = to_markdown(hostile, DAY)
    outside_code = re.sub(r"`[^`\n]*`", "", text)
    assert not re.search(r"(?<!\\)<script", outside_code)
    assert not re.search(r"!\[(?!\\)", outside_code)
    assert "bold \\| a" in text, "a bar would end a cell of a table"


def test_escaped_text_is_one_line_and_keeps_code() -> None:
    assert escaped("a\n# b `c*d` *e*") == "a \\# b `c*d` \\*e\\*"


def test_the_plan_begins_with_the_worst(flame: CourseReview) -> None:
    weeks = report.plan(flame.modules)
    assert [week.severity for week in weeks] == sorted(
        (w.severity for w in weeks), key=lambda s: s.rank
    )
    spent = sum(week.hours for week in weeks)
    assert spent == pytest.approx(sum(module.hours for module in flame.modules), abs=0.1)
    essential = sum(
        week.hours for week in weeks if week.severity in (Severity.CRITICAL, Severity.HIGH)
    )
    assert report.essential_hours(flame.modules) == pytest.approx(essential, abs=0.05)


def test_common_issues_count_modules_once(flame: CourseReview) -> None:
    issues = report.common_issues(flame.modules)
    assert [issue.share for issue in issues] == sorted((i.share for i in issues), reverse=True)
    for issue in issues:
        assert issue.share == len(set(issue.modules)) / len(flame.modules)


def test_changes_since_a_baseline(flame: CourseReview, tmp_path: Path) -> None:
    before = {entry["id"]: entry for entry in review_document(flame)["modules"]}
    assert report.changes(flame.modules, before) == ()
    for path in FLAME.rglob("*.py"):
        target = tmp_path / path.relative_to(FLAME)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text("utf-8")
        if path.parent.name == "01_setup":
            text = f"# A line more, so that every place moves.\n{text}"
            text = text.replace("import time\n", "import time\nfrom math import *\n")
        if path.parent.name == "04_autograd":
            text = text.replace(
                "# Autograd\n", "# Autograd\n\n**Prerequisites**: the tensor of 02.\n"
            )
        target.write_text(text, "utf-8")
    changed = {c.module: c for c in report.changes(review(tmp_path).modules, before)}
    assert set(changed) == {"01_setup", "04_autograd"}
    assert [text.split()[0] for text in changed["01_setup"].new] == ["RV503"]
    assert not changed["01_setup"].fixed
    assert [text.split()[0] for text in changed["04_autograd"].fixed] == ["RV301"]
    assert (changed["04_autograd"].status_before, changed["04_autograd"].status_now) == (
        "needs_work",
        "almost",
    )


def student(module_id: str, **figures: object) -> dict[str, object]:
    return {"id": module_id, "started": True, "completed": False, **figures}


def test_effects_of_many_students(tmp_path: Path) -> None:
    done = student(
        "01_a",
        completed=True,
        active_seconds=600,
        tests_passed=9,
        tests_run=10,
        errors=1,
        confusion_reports=1,
        confusion_places={"pad": 1},
    )
    places = {"pad": 8, "norm": 2}
    stuck = student("01_a", active_seconds=9000, tests_run=10, errors=10, errors_by_exercise=places)
    first = {"modules": [done]}
    second = {"modules": [stuck, {"id": "02_b", "started": False}]}
    paths = []
    for number, document in enumerate((first, second)):
        paths.append(tmp_path / f"{number}.json")
        paths[-1].write_text(json.dumps(document), "utf-8")
    effects = read_effects(paths)
    assert set(effects) == {"01_a"}
    effect = effects["01_a"]
    assert (effect.started, effect.completed, effect.completion_rate) == (2, 1, 0.5)
    assert effect.median_minutes == 10, (
        "those who have not finished say nothing of the time it takes"
    )
    assert effect.pass_rate == 0.45
    assert effect.failing_places == (("pad", 8), ("norm", 2))
    assert effect.confusing_places == (("pad", 1),)


@pytest.mark.parametrize(
    "text", ["", "{", "[]x", "3", '{"a": 1}', '[{"modules": 1}]', "[" * 100_000]
)
def test_what_is_no_progress_data_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, "utf-8")
    with pytest.raises(EffectsError, match=r"x\.json"):
        read_effects([path])


def test_hostile_figures_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(
        '{"modules": [{"id": "a", "started": true, "errors": -5, "tests_run": 1e999, '
        '"active_seconds": "x", "errors_by_exercise": [1]}, 3, {"id": 7}]}',
        "utf-8",
    )
    effect = read_effects([path])["a"]
    assert effect.errors == 0
    assert effect.failing_places == ()
