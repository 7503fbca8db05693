"""What a check says: every verdict in words, the next step always, the JSON exactly as promised."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tinytutor.cli.check_report import check_json, exit_code_of, next_step, report_lines
from tinytutor.cli.exit_codes import ExitCode
from tinytutor.curriculum import Course, Module, Prerequisite
from tinytutor.running.failures import Failure, StudentLine
from tinytutor.running.verdicts import Status, Verdict
from tinytutor.tutor.results import CheckResult

FIRST = Module("01_one", "One", "Know one.", (), 1, 1.0, "only", Path("one"))
SECOND = Module(
    "02_two", "Two", "Know two.", (Prerequisite("01_one", "x"),), 1, 1.0, "only", Path("two")
)
COURSE = Course("c", "A course", "1", "lib", (), (FIRST, SECOND), (), Path())


def verdict(
    exercise: str, status: Status, failure: Failure | None = None, output: str = ""
) -> Verdict:
    return Verdict(
        f"test_{exercise}", exercise, exercise.title(), 5.0, status, failure, output, 0.25
    )


FAILED = verdict(
    "create",
    Status.FAILED,
    Failure(
        "the shape is wrong",
        expected="(3, 1)\nand more",
        got="(3,)",
        hint="the axis",
        at=StudentLine("create", 4, "return a.sum()"),
    ),
    output="".join(f"line {number}\n" for number in range(20)),
)
RESULT = CheckResult(
    module_id="01_one",
    exercise_id=None,
    passed=False,
    verdicts=(verdict("begin", Status.PASSED), FAILED),
    newly_unlocked=(),
    seconds=1.25,
    notebook_sha256="ab" * 32,
    notes=("cell 3 differs from the course's test",),
    library_file=None,
    first_pass=False,
    fault=None,
)
PASSED = dataclasses.replace(
    RESULT,
    passed=True,
    verdicts=(verdict("begin", Status.PASSED),),
    newly_unlocked=("02_two",),
    library_file=Path("/ws/lib/one.py"),
    first_pass=True,
)


def text_of(result: CheckResult, *, unicode: bool = True) -> str:
    lines = report_lines(result, COURSE, unicode=unicode)
    return "\n".join("".join(p if isinstance(p, str) else p[0] for p in line) for line in lines)


def test_a_failure_shows_all_that_helps() -> None:
    text = text_of(RESULT)
    for part in (
        "01 One",
        "✓ passed",
        "✗ failed",
        "the shape is wrong",
        "expected  (3, 1)",
        "          and more",
        "got       (3,)",
        "look at   the axis",
        "your line 4 in create: return a.sum()",
        "(8 lines before)",
        "line 19",
        "note: cell 3 differs",
        "1 of 2 tests passed in 1.2 s.",
        "Next: tinytutor hint 01 create",
    ):
        assert part in text, part
    assert "line 7\n" not in text


def test_the_report_has_an_ascii_form() -> None:
    assert text_of(RESULT, unicode=False).isascii()


def test_after_a_repeated_pass_the_course_goes_on() -> None:
    again = dataclasses.replace(PASSED, newly_unlocked=())
    assert next_step(again, COURSE, "02_two") == "tinytutor start 02"


def test_a_pass_says_what_it_unlocked_and_wrote() -> None:
    text = text_of(PASSED)
    assert "One passed: 1 of 1 tests" in text
    assert f"{Path('/ws/lib/one.py')}" in text
    assert "Unlocked: 02 Two" in text
    assert "Next: tinytutor start 02" in text


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({}, "tinytutor hint 01 create"),
        ({"fault": "no kernel"}, "tinytutor doctor"),
        ({"passed": True, "newly_unlocked": ("02_two",)}, "tinytutor start 02"),
        ({"passed": True}, "tinytutor map"),
        ({"passed": True, "exercise_id": "create"}, "tinytutor check 01"),
        ({"verdicts": (verdict("begin", Status.NOT_REACHED), FAILED)}, "tinytutor hint 01 create"),
        ({"verdicts": (verdict("begin", Status.NOT_REACHED),)}, "tinytutor hint 01 begin"),
    ],
)
def test_the_next_step_is_always_named(changes: dict[str, object], step: str) -> None:
    assert next_step(dataclasses.replace(RESULT, **changes), COURSE) == step  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, ExitCode.TESTS_FAILED),
        ({"passed": True}, ExitCode.OK),
        ({"fault": "no kernel"}, ExitCode.ENVIRONMENT_BROKEN),
        ({"verdicts": (FAILED, verdict("b", Status.TIMED_OUT))}, ExitCode.TIMED_OUT),
        ({"verdicts": ()}, ExitCode.TESTS_FAILED),
    ],
)
def test_exit_codes(changes: dict[str, object], code: ExitCode) -> None:
    assert exit_code_of(dataclasses.replace(RESULT, **changes)) is code  # type: ignore[arg-type]


def test_json_has_exactly_the_documented_keys() -> None:
    found = check_json(RESULT)
    assert list(found) == [
        "module",
        "passed",
        "tests",
        "unlocked",
        "seconds",
        "notebook_sha256",
        "recorded_at",
    ]
    assert found["tests"][1] == {
        "id": "test_create",
        "exercise": "create",
        "points": 5.0,
        "status": "failed",
        "message": FAILED.message,
        "seconds": 0.25,
    }
