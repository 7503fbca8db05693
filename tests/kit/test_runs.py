"""The main block of a lesson: every test runs, each has a line, a failure ends with status 1."""

from __future__ import annotations

import pytest

from tinytutor.kit import run_tests


def fine() -> str:
    return "what a test returns is of no interest"


def wrong() -> None:
    raise AssertionError("2 is not 3")


def broken() -> None:
    raise KeyError("size")


def test_all_pass(capsys: pytest.CaptureFixture[str]) -> None:
    run_tests(fine, fine)
    assert capsys.readouterr().out == "✓ fine\n✓ fine\n2 passed, 0 failed\n"


def test_it_goes_on_after_a_failure_and_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run_tests(wrong, fine, broken)
    assert ended.value.code == 1
    assert capsys.readouterr().out == (
        "✗ wrong: AssertionError: 2 is not 3\n"
        "✓ fine\n"
        "✗ broken: KeyError: 'size'\n"
        "1 passed, 2 failed\n"
    )


def test_an_interrupt_stops_it() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_tests(stop, fine)
