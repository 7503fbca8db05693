"""Our own course is ready, by the same rules as any other; and made worse, it is told so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import THOROUGH
from tests.review.editing import edits_of, is_caught, own_course, review_text, text_of
from tests.review.edits import edits
from tests.review.folders import review
from tinytutor.curriculum.loader import bundled_course_folder, load_course
from tinytutor.review.context import CourseMap
from tinytutor.review.findings import Severity
from tinytutor.review.outcome import Outcome
from tinytutor.review.scorecard import ModuleReview, Status

FOLDER = bundled_course_folder()
MODULE_IDS = [module.id for module in load_course(FOLDER).modules]
MOST_LOW = 4
"""Findings of polish that a module of ours may have."""


@pytest.fixture(scope="module")
def course() -> CourseMap:
    return own_course()


@pytest.mark.parametrize("module_id", MODULE_IDS)
def test_each_module_is_ready(module_id: str) -> None:
    # That each lesson runs as a program is held by tests/modules/test_lessons.py as well.
    is_run = THOROUGH or module_id in MODULE_IDS[::6]
    (module,) = review(FOLDER, module_id, run=is_run).modules
    told = [f"{f.code} {f.place}: {f.message}" for f in module.findings]
    if is_run:
        assert module.execution.run.outcome is Outcome.PASSED, module.execution.run
        assert all(module.criteria.values()), module.criteria
    assert module.status is Status.READY, told
    assert module.counts[Severity.MEDIUM] == 0, told
    assert module.counts[Severity.LOW] <= MOST_LOW, told
    assert False not in module.criteria.values(), module.criteria
    assert module.immediate_tests_share == 1


KINDS = [edit.name for edit in edits("later", "Later", "unrelated")]
SPREAD = [(MODULE_IDS[(n * 7 + 3) % len(MODULE_IDS)], name) for n, name in enumerate(KINDS)]
"""Each kind of edit once, over all modules."""


@pytest.mark.parametrize(("module_id", "name"), SPREAD)
def test_a_deliberate_fault_is_named_by_the_right_rule(
    course: CourseMap, module_id: str, name: str
) -> None:
    start = course.place[module_id]
    for lesson in (*course.lessons[start:], *course.lessons[:start]):
        original = text_of(lesson)
        for edit in edits_of(course, lesson):
            if edit.name == name and (text := edit.change(original)) not in (None, original):
                assert text is not None
                found = review_text(course, lesson, text)
                codes = {finding.code for finding in found.findings}
                assert is_caught(found, edit), f"{name} in {lesson.id}: {sorted(codes)}"
                return
    pytest.fail(f"no lesson offers a place for {name!r}")


def test_there_are_sixty_edits_and_more(course: CourseMap) -> None:
    made = sum(
        edit.change(text) not in (None, text)
        for lesson in course.lessons
        for text in [text_of(lesson)]
        for edit in edits_of(course, lesson)
    )
    assert made >= 60


def _broken_run(tmp_path: Path, change: str) -> ModuleReview:
    path = tmp_path / "01_setup.py"
    text = text_of(own_course().lessons[0])
    path.write_text(text.replace('if __name__ == "__main__":', f"{change}\n", 1), "utf-8")
    return review(path, run=True).modules[0]


def test_a_run_that_fails_is_seen_by_running(tmp_path: Path) -> None:
    broken = _broken_run(tmp_path, 'if __name__ == "__main__":\n    raise OSError("disk")')
    assert broken.criteria["main_executes"] is False
    (fault,) = (finding for finding in broken.findings if finding.code == "RV103")
    assert "OSError: disk" in fault.message
    line = (tmp_path / "01_setup.py").read_text("utf-8").splitlines()[fault.line - 1]
    assert "raise OSError" in line
