"""Reasons and answers are kept with the course, and nothing counts without its name or reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.review.folders import review
from tinytutor.review.checklist import QUESTIONS, checklist, is_complete
from tinytutor.review.decisions import (
    Answer,
    DecisionsError,
    decisions_file,
    read_decisions,
    write_answers,
)

STAR = "# %%\nfrom math import *\n\n# %%\nfrom cmath import *\n"


def codes(folder: Path) -> list[str]:
    (module,) = review(folder).modules
    return [finding.code for finding in module.findings]


def test_a_comment_allows_its_rule_in_its_cell_only(tmp_path: Path) -> None:
    path = tmp_path / "01_a.py"
    path.write_text(STAR, "utf-8")
    assert codes(tmp_path).count("RV503") == 2
    path.write_text(
        STAR.replace("from math", "# review: allow RV503 as in the book\nfrom math"), "utf-8"
    )
    assert codes(tmp_path).count("RV503") == 1
    (module,) = review(tmp_path).modules
    (allowed,) = module.allowed
    assert allowed.reason == "as in the book"


def test_a_comment_without_a_reason_allows_nothing(tmp_path: Path) -> None:
    text = STAR.replace("from math", "# review: allow star-import\nfrom math")
    (tmp_path / "01_a.py").write_text(text, "utf-8")
    assert codes(tmp_path).count("RV503") == 2
    assert "RV605" in codes(tmp_path)


def test_a_finding_of_the_whole_lesson_is_allowed_from_anywhere(tmp_path: Path) -> None:
    text = "# %% [markdown]\n# # Title\n# <!-- review: allow RV405 open end -->\n# %%\nx = 1\n"
    (tmp_path / "01_a.py").write_text(text, "utf-8")
    assert "RV405" not in codes(tmp_path)
    assert "RV406" in codes(tmp_path)


def test_an_entry_of_the_course_allows_a_place(tmp_path: Path) -> None:
    (tmp_path / "01_a.py").write_text(STAR, "utf-8")
    (tmp_path / "review.yaml").write_text(
        "allow:\n  - rule: RV503\n    module: 01_a\n    at: from math\n    reason: the book\n",
        "utf-8",
    )
    assert codes(tmp_path).count("RV503") == 1
    (tmp_path / "review.yaml").write_text(
        "allow:\n  - rule: star-import\n    module: '*'\n    reason: as in the book\n", "utf-8"
    )
    assert codes(tmp_path).count("RV503") == 0


def test_answers_are_kept_and_replaced(tmp_path: Path) -> None:
    (tmp_path / "01_a.py").write_text("# %%\nx = 1\n", "utf-8")
    day = "2026-11-29"
    path = write_answers(
        tmp_path, read_decisions(tmp_path), [Answer("01_a", "timed", "no", "Ada", day)]
    )
    assert path == tmp_path / "review.yaml"
    later = Answer("01_a", "timed", "yes", "Grace: [x]", day, "now it fits")
    write_answers(tmp_path, read_decisions(tmp_path), [later])
    assert read_decisions(tmp_path).answers == (later,)
    items = {item.question.id: item.answer for item in checklist(read_decisions(tmp_path), "01_a")}
    assert items["timed"] == later
    assert items["steps"] is None


def test_answers_leave_the_allowed_rules_alone(tmp_path: Path) -> None:
    (tmp_path / "review.yaml").write_text(
        "allow:\n  - {rule: RV503, module: 01_a, reason: book}\n", "utf-8"
    )
    write_answers(
        tmp_path, read_decisions(tmp_path), [Answer("01_a", "timed", "no", "Ada", "2026-11-29")]
    )
    (entry,) = read_decisions(tmp_path).allowed
    assert (entry.rule, entry.module, entry.reason) == ("RV503", "01_a", "book")


def test_complete_is_ready_and_every_answer_yes(tmp_path: Path) -> None:
    folder = Path(__file__).parent / "courses" / "flame"
    (module,) = review(folder, "01").modules
    answers = [Answer(module.id, q.id, "yes", "Ada", "2026-11-29") for q in QUESTIONS]
    write_answers(tmp_path, read_decisions(tmp_path), answers)
    assert is_complete(module, read_decisions(tmp_path))
    no = Answer(module.id, QUESTIONS[0].id, "no", "Ada", "2026-11-29")
    write_answers(tmp_path, read_decisions(tmp_path), [no])
    assert not is_complete(module, read_decisions(tmp_path))


def test_a_course_file_has_its_decisions_beside_it(tmp_path: Path) -> None:
    (tmp_path / "curriculum").mkdir()
    (tmp_path / "curriculum" / "course.yaml").touch()
    assert decisions_file(tmp_path) == tmp_path / "curriculum" / "review.yaml"


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2]",
        "a: 1",
        "answers: 3",
        "answers: [1]",
        "answers: [{module: a}]",
        "answers: [{module: a, question: timed, answer: perhaps, name: x, date: y}]",
        "allow: [{rule: RV503, module: a}]",
        "allow: [{rule: RV503, module: a, reason: ''}]",
        "allow: &x [*x]",
        "answers: !!python/object/apply:os.system [echo]",
        "{",
    ],
)
def test_a_broken_file_is_told_with_its_place(text: str, tmp_path: Path) -> None:
    (tmp_path / "review.yaml").write_text(text, "utf-8")
    with pytest.raises(DecisionsError, match=r"review\.yaml"):
        read_decisions(tmp_path)
