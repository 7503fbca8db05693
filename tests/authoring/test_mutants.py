"""Mutants are small, different, and only of what the student writes."""

from __future__ import annotations

from pathlib import Path

from tests.notebooks.lessons import code_cell
from tinytutor.authoring.mutants import mutants_of
from tinytutor.authoring.mutation import mutate_module
from tinytutor.curriculum import Module
from tinytutor.notebooks.lesson import Exercise, Lesson
from tinytutor.notebooks.reading import parse_lesson


def lesson_of(solution: str, test: str = "assert True") -> Lesson:
    text = (
        "# %%\n#| default_exp m\nGIVEN = 1 + 1\n\n"
        "# %% [markdown]\n# ## 1. Task\n\n"
        + code_cell("task", grade=False)
        + "def task(x):\n    '''Doc 1.'''\n    ### BEGIN SOLUTION\n"
        + "".join(f"    {line}\n" for line in solution.splitlines())
        + "    ### END SOLUTION\n\ndef given(x):\n    return x + 1\n\n"
        + code_cell("test_task", grade=True, points=1)
        + f"{test}\n"
    )
    return parse_lesson(text, "01_m", Path("m.py"))


def exercise_of(solution: str) -> Exercise:
    return lesson_of(solution).exercises[0]


def bodies(solution: str) -> set[str]:
    found = set()
    for mutant in mutants_of(exercise_of(solution)):
        body = mutant.source.split("def given")[0].split("\n", 2)[2].strip()
        found.add(body)
    return found


def test_arithmetic_comparison_and_constants() -> None:
    assert bodies("return x - 2") == {"return x + 2", "return 2 - x", "return x - 3"}
    assert bodies("return x < 1") == {"return x <= 1", "return x >= 1", "return x < 2"}
    assert bodies("return not x") == {"return not not x"}
    assert bodies("return -x") == {"return +x"}


def test_calls_lose_settings_and_change_names() -> None:
    assert bodies("return x.sum(axis=n)") == {"return x.mean(axis=n)", "return x.sum()"}
    assert bodies("return f(x, y)") == {"return f(y, x)"}
    assert bodies("return x, y") == {"return (y, x)"}


def test_statements_and_guards_go() -> None:
    found = bodies("if x < y:\n    raise ValueError('below 1')\ny = 3\nreturn y")
    assert any("if False:" in body for body in found)
    assert any("if True:" in body for body in found)
    assert any("pass" in body for body in found)
    assert not any("below 2" in body for body in found), "what an error says is no behaviour"


def test_only_what_the_student_writes_is_changed() -> None:
    for mutant in mutants_of(exercise_of("return x + 1")):
        assert "def given(x):\n    return x + 1" in mutant.source
        assert "'''Doc 1.'''" in mutant.source or '"""Doc 1."""' in mutant.source


def test_survivors_are_what_the_test_does_not_notice(tmp_path: Path) -> None:
    module = Module("01_m", "M", "", (), 1, 1.0, "", tmp_path)
    strict = lesson_of("return x - 2", "assert task(5) == 3")
    report = mutate_module(module, strict, tmp_path)
    assert (report.total, report.survivors, report.kill_rate) == (3, (), 1.0)
    weak = lesson_of("return x - 2", "assert task(5) > 0")
    report = mutate_module(module, weak, tmp_path)
    assert {mutant.kind for mutant in report.survivors} == {"Sub becomes Add", "one more"}
    (tmp_path / "equivalent.yaml").write_text(
        '- {exercise: task, kind: "one more", code: "return x - 2", why: "as good"}\n', "utf-8"
    )
    assert mutate_module(module, weak, tmp_path).unexplained == 1
