"""The main block of a lesson: every test runs, each has a line, a failure ends with status 1."""

from __future__ import annotations

import pytest

from tinytutor.kit import run_tests


def test_fine() -> str:
    return "what a test returns is of no interest"


def test_wrong() -> None:
    raise AssertionError("2 is not 3")


def test_broken() -> None:
    raise KeyError("size")


# These are for `run_tests`, not for pytest.
for _sample in (test_fine, test_wrong, test_broken):
    _sample.__test__ = False  # type: ignore[attr-defined]


def test_all_pass(capsys: pytest.CaptureFixture[str]) -> None:
    run_tests(test_fine, test_fine)
    assert capsys.readouterr().out == "✓ test_fine\n✓ test_fine\n2 passed, 0 failed\n"


def test_it_goes_on_after_a_failure_and_exits_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run_tests(test_wrong, test_fine, test_broken)
    assert ended.value.code == 1
    assert capsys.readouterr().out == (
        "✗ test_wrong: AssertionError: 2 is not 3\n"
        "✓ test_fine\n"
        "✗ test_broken: KeyError: 'size'\n"
        "1 passed, 2 failed\n"
    )


def test_an_interrupt_stops_it() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_tests(stop, test_fine)
