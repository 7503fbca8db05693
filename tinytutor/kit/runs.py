"""Runs a lesson's tests when the lesson runs as a program."""

from __future__ import annotations

from collections.abc import Callable


def run_tests(*tests: Callable[[], object]) -> None:
    """Calls every test, prints a line for each, and exits with status 1 if any failed.

    Goes on after a failure, so that one run shows all of them. Raises ValueError without tests.
    """
    if not tests:
        raise ValueError("run_tests needs the tests to run: no test is no success")
    failed = 0
    for test in tests:
        try:
            test()
        except Exception as error:
            failed += 1
            print(f"✗ {test.__name__}: {type(error).__name__}: {error}")
        else:
            print(f"✓ {test.__name__}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    if failed:
        raise SystemExit(1)
