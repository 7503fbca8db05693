"""Courses and events made by hand: what happened, and when, in one line each."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from tinytutor.curriculum import Course, Module, Prerequisite
from tinytutor.progress.events import AttemptFinished, Event, ModulePassed, What
from tinytutor.progress.outcomes import Scope, TestOutcome, TestStatus

EPOCH = datetime(2026, 11, 22, 9, tzinfo=UTC).timestamp()
"""The calendar time of second 0 in these tests."""

REQUIRES = {
    1: (), 2: (1,), 3: (2,), 4: (2,), 5: (3, 4), 6: (5,), 7: (4,), 8: (6, 7), 9: (3, 4), 10: (2,),
    11: (1,), 12: (4, 11), 13: (3, 4), 14: (12, 13), 15: (4,), 16: (6, 9, 15), 17: (3, 15),
    18: (8, 15), 19: (14, 15), 20: (16, 17, 18, 19),
}  # fmt: skip
"""A course of 20 modules with branches that part and meet."""


def course_of(requires: Mapping[int, Iterable[int]] = REQUIRES) -> Course:
    """A course with the modules `01_m1`, `02_m2`, …"""
    modules = tuple(
        Module(
            id=module_id(number),
            title=f"M{number}",
            goal="",
            requires=tuple(Prerequisite(module_id(r), f"it uses M{r}") for r in needed),
            difficulty=1,
            hours=1.0,
            branch="only",
            folder=Path("nowhere"),
        )
        for number, needed in sorted(requires.items())
    )
    return Course("c", "A course", "1", "lib", (), modules, (), Path("nowhere"))


def module_id(number: int) -> str:
    return f"{number:02}_m{number}"


def utc(seconds: float) -> str:
    """The calendar text of a second of these tests."""
    moment = datetime.fromtimestamp(EPOCH + seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def numbered(*events: Event) -> list[Event]:
    """The events with the sequence that a store would give them."""
    return [
        Event(
            what=event.what,
            module_id=event.module_id,
            exercise_id=event.exercise_id,
            event_id=event.event_id,
            at=event.at,
            boot_seconds=event.boot_seconds,
            session=event.session,
            sequence=number,
        )
        for number, event in enumerate(events, 1)
    ]


def happened(
    seconds: float,
    what: What,
    module: str | None = "02_m2",
    exercise: str | None = None,
    *,
    session: str = "s1",
    calendar: float | None = None,
) -> Event:
    """Something that happened at a second; the calendar shows the same unless told otherwise."""
    return Event(
        what=what,
        module_id=module,
        exercise_id=exercise,
        at=utc(seconds if calendar is None else calendar),
        boot_seconds=1_000.0 + seconds,
        session=session,
    )


_attempts = itertools.count(1)


def outcome(test: str, status: str, error_type: str = "", mistake: str = "") -> TestOutcome:
    return TestOutcome(f"test_{test}", test, TestStatus(status), 5.0, "", error_type, mistake, 0.1)


def attempt(
    *tests: TestOutcome, scope: str = "module", seconds: float = 2.0, attempt_id: str = ""
) -> AttemptFinished:
    return AttemptFinished(
        attempt_id=attempt_id or f"attempt{next(_attempts)}",
        scope=Scope(scope),
        passed=all(test.status is TestStatus.PASSED for test in tests),
        tests=tests,
        notebook_sha256="n" * 64,
        tests_sha256="t" * 64,
        course_version="1",
        tinytutor_version="0.1.0",
        python_version="3.11.7",
        numpy_version="2.4.0",
        seconds=seconds,
    )


def passed(
    attempt_id: str = "a", tests_sha256: str = "t" * 64, source: str = "x = 1\n"
) -> ModulePassed:
    return ModulePassed(attempt_id, tests_sha256, "m2", source)
