"""Cohorts of invented students: to try reports with, and to measure how they scale.

The students differ in ability, speed and patience. They work in sessions, some in an outside
editor; they fail tests, take hints, report confusion, drop out. A `mess` adds what real cohorts
have: clocks that are wrong, events twice, broken lines, bundles cut off or handed in again.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tinytutor.cohort.bundles.writing import Origin, contents_of, write_bundle
from tinytutor.curriculum import Course, Module

MISTAKES = ("the axes are the other way round", "the mean is not taken", "the sign is wrong")
WORDS = (
    "why is the shape (3,) and not (3, 1)?",
    "what does this axis stand for?",
    "the picture before exercise 2 lost me",
    "I don't see where the minus comes from",
)
_START = datetime(2026, 2, 2, 8, tzinfo=UTC).timestamp()
_TICK = 15.0

Tests = Mapping[str, Sequence[tuple[str, str]]]
"""Module id → its tests, each as (exercise id, test id)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What kind of cohort is made."""

    students: int
    seed: int = 0
    hours_scale: float = 1.0
    """Times the hours that the course states; fewer hours make fewer events."""
    mess: bool = True
    prefix: str = "s"
    skill: float = 0.0
    """Added to every student's ability: to make two cohorts that differ."""


@dataclass(slots=True)
class Student:
    """What one invented student did."""

    name: str
    lines: list[str] = field(default_factory=list)
    """Events as lines of JSON, in order; some may be broken."""
    last_sequence: int = 0
    as_of: str = ""
    has_texts: bool = False


def tests_of(course: Course) -> dict[str, list[tuple[str, str]]]:
    """The tests of a course's lessons. Raises LessonError, OSError."""
    from tinytutor.notebooks.reading import read_lesson  # noqa: PLC0415  100 ms

    return {
        module.id: [(e.id, e.test.id) for e in read_lesson(module).exercises]
        for module in course.modules
    }


def students(course: Course, tests: Tests, plan: Plan) -> Iterator[Student]:
    """The students of a plan; the same plan gives the same students."""
    for number in range(plan.students):
        seed = f"{plan.seed}-{number}"
        yield _Life(course, tests, plan, f"{plan.prefix}{number:06}", random.Random(seed)).lived()


def write_cohort(folder: Path, course: Course, tests: Tests, plan: Plan) -> int:
    """Writes a bundle for each student, and with `mess` some more; returns how many files."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(f"mess-{plan.seed}")
    files = 0
    for student in students(course, tests, plan):
        path = folder / f"{student.name}.zip"
        _write(path, course, student, len(student.lines))
        files += 1
        if not plan.mess:
            continue
        if chance.random() < 0.02:  # handed in before, with what there was then
            _write(folder / f"{student.name}-early.zip", course, student, len(student.lines) // 2)
            files += 1
        if chance.random() < 0.005:  # uploaded twice
            (folder / f"{student.name} (1).zip").write_bytes(path.read_bytes())
            files += 1
        if chance.random() < 0.003:  # the upload broke off
            content = path.read_bytes()
            (folder / f"{student.name}-broken.zip").write_bytes(content[: len(content) // 2])
            files += 1
    return files


def _write(path: Path, course: Course, student: Student, count: int) -> None:
    origin = Origin(student.name, f"w-{student.name}", student.as_of, student.has_texts)
    write_bundle(path, contents_of(course, origin, student.lines[:count], count, {}))


class _Life:
    """One student at work, event after event."""

    def __init__(self, course: Course, tests: Tests, plan: Plan, name: str, chance: random.Random):
        self._course = course
        self._tests = tests
        self._plan = plan
        self._chance = chance
        self._ability = chance.gauss(plan.skill, 1.0)
        self._stays = chance.betavariate(8, 1)
        """How likely the student goes on with the next module."""
        self._outside = chance.random() < 0.15
        """Works in an outside editor, which tells of itself by saves."""
        self._talks = chance.random() < 0.4
        self._wrong_clock = plan.mess and chance.random() < 0.02
        self._student = Student(name, has_texts=self._talks)
        self._at = _START + chance.randrange(0, 14) * 86_400.0 + chance.randrange(0, 36_000, 15)
        self._boot = chance.uniform(100, 100_000)
        self._session = self._hex()
        self._session_left = 0.0
        self._calendar_error = 0.0

    def lived(self) -> Student:
        """Everything that the student did."""
        about = {"course_id": self._course.id, "course_version": self._course.version}
        self._add("workspace_created", None, None, {**about, "tinytutor_version": "0.1.0"})
        for module in self._course.modules:
            if not self._does(module) or self._chance.random() > self._stays:
                break
        self._student.last_sequence = len(self._student.lines)
        self._student.as_of = self._stamp()
        return self._student

    def _does(self, module: Module) -> bool:
        """Works through a module; False where the student gives up in it."""
        chance = self._chance
        self._add("module_started", module.id, None, {})
        pace = 2 ** (chance.gauss(0, 0.4) - 0.3 * self._ability)
        seconds_left = max(60.0, module.hours * 3600 * self._plan.hours_scale * pace)
        patience = seconds_left * chance.uniform(1.2, 4)
        open_tests = list(self._tests[module.id])
        untouched = {test for _, test in open_tests}
        spent, next_check, hard = 0.0, seconds_left * 0.15, 0.35 * module.difficulty
        while open_tests:
            step = self._works(module.id)
            spent += step
            if spent > patience:
                return False
            if spent < next_check:
                continue
            next_check = spent + seconds_left * chance.uniform(0.05, 0.2)
            odds = 1 / (1 + 2.0 ** (hard - self._ability - 2 * spent / seconds_left))
            self._checks(module, open_tests, untouched, odds)
            if open_tests and chance.random() < 0.25 - 0.05 * self._ability:
                exercise = open_tests[0][0]
                self._add("hint_shown", module.id, exercise, {"step": chance.randint(1, 3)})
            if open_tests and chance.random() < 0.03 * module.difficulty:
                said = chance.choice(WORDS) if self._talks else ""
                data = {"place": open_tests[0][0], "text": said}
                self._add("confusion_reported", module.id, open_tests[0][0], data)
        return True

    def _works(self, module_id: str) -> float:
        """A stretch of work; returns its active seconds."""
        chance = self._chance
        if self._session_left <= 0:
            self._begins_session()
        step = chance.uniform(60, 400) if self._outside else _TICK
        self._passes(step + (chance.uniform(30, 500) if chance.random() < 0.03 else 0))
        self._session_left -= step
        if self._outside:
            data: dict[str, object] = {"code_sha256": self._hex() * 2, "outside": True}
            self._add("code_saved", module_id, None, data)
        else:
            self._add_tick(module_id)
        return step

    def _begins_session(self) -> None:
        chance = self._chance
        away = chance.choice((3_600.0, 21_600.0, 86_400.0, 86_400.0, 172_800.0, 604_800.0))
        self._passes(away)
        self._session, self._boot = self._hex(), chance.uniform(100, 100_000)
        self._session_left = chance.uniform(900, 7_200)
        wrong = self._wrong_clock and chance.random() < 0.3
        self._calendar_error = -365 * 86_400.0 if wrong else 0.0

    def _checks(
        self,
        module: Module,
        open_tests: list[tuple[str, str]],
        untouched: set[str],
        odds: float,
    ) -> None:
        """A check of the module, or a run of the exercise at hand."""
        chance = self._chance
        whole = chance.random() < 0.5 or len(open_tests) == 1
        listed = self._tests[module.id] if whole else open_tests[:1]
        results = []
        for place, (exercise, test) in enumerate(listed):
            status, kind, mistake = "passed", "", ""
            if (exercise, test) in open_tests:
                tried = not whole or place == 0 or test not in untouched or chance.random() < odds
                if not tried:
                    status, kind = "error", "NotImplementedError"
                elif chance.random() < odds:
                    open_tests.remove((exercise, test))
                else:
                    status = chance.choice(("failed", "failed", "error", "timed_out"))
                    kind = {"failed": "Mismatch", "error": "ValueError"}.get(status, "")
                    mistake = chance.choice(MISTAKES) if status == "failed" else ""
                untouched.discard(test)
            results.append(
                {
                    "test_id": test, "exercise_id": exercise, "status": status, "points": 5.0,
                    "message": mistake if self._talks else "", "error_type": kind,
                    "mistake": mistake, "seconds": 0.01,
                }
            )  # fmt: skip
        passed = all(result["status"] == "passed" for result in results)
        attempt_id = self._hex()
        seconds = round(chance.uniform(0.3, 3), 3)
        self._passes(seconds)
        data = {
            "attempt_id": attempt_id, "scope": "module" if whole else "exercise", "passed": passed,
            "tests": results, "notebook_sha256": "0" * 64, "tests_sha256": "0" * 64,
            "course_version": self._course.version, "tinytutor_version": "0.1.0",
            "python_version": "3.12.1", "numpy_version": "2.4.0", "seconds": seconds,
        }  # fmt: skip
        exercise_id = None if whole else listed[0][0]
        self._add("attempt_finished", module.id, exercise_id, data)
        if not open_tests and not whole:
            self._checks(module, open_tests, untouched, odds)
        elif passed and whole:
            data = {
                "attempt_id": attempt_id, "tests_sha256": "0" * 64, "export_name": module.name,
                "library_source": "",
            }  # fmt: skip
            self._add("module_passed", module.id, None, data)

    def _passes(self, seconds: float) -> None:
        self._at += seconds
        self._boot += seconds

    def _add_tick(self, module_id: str) -> None:
        # Most of all events: written by hand, which is ten times as fast as through json.
        self._append(
            f'{{"kind":"activity","schema_version":1,"event_id":"{self._hex()}",'
            f'"sequence":{len(self._student.lines) + 1},"at":"{self._stamp()}",'
            f'"boot_seconds":{self._boot:.3f},"session":"{self._session}",'
            f'"module_id":"{module_id}","exercise_id":null,'
            f'"data":{{"seconds":15.0,"source":"input","place":""}}}}'
        )

    def _add(
        self,
        kind: str,
        module_id: str | None,
        exercise_id: str | None,
        data: Mapping[str, object],
    ) -> None:
        event = {
            "kind": kind, "schema_version": 1, "event_id": self._hex(),
            "sequence": len(self._student.lines) + 1, "at": self._stamp(),
            "boot_seconds": round(self._boot, 3), "session": self._session,
            "module_id": module_id, "exercise_id": exercise_id, "data": data,
        }  # fmt: skip
        self._append(json.dumps(event, separators=(",", ":")))

    def _append(self, line: str) -> None:
        lines = self._student.lines
        lines.append(line)
        if self._plan.mess:
            luck = self._chance.random()
            if luck < 0.001:
                lines.append(line)  # twice
            elif luck < 0.0015:
                lines.append(line[: len(line) // 2])  # broken off

    def _stamp(self) -> str:
        moment = datetime.fromtimestamp(round(self._at + self._calendar_error, 3), UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _hex(self) -> str:
        return f"{self._chance.getrandbits(128):032x}"
