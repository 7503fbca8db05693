"""From an empty workspace to the last module, in orders that the graph allows, for real."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.conftest import THOROUGH
from tinytutor.curriculum import Course
from tinytutor.notebooks.library import reference_solutions
from tinytutor.progress.unlocking import State
from tinytutor.tutor.errors import LockedError
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import create_workspace


def lowest_number(choice: list[str]) -> str:
    return min(choice)


def highest_number(choice: list[str]) -> str:
    return max(choice)


# The usual order is the one in which `benchmarks/course.py` goes.
@pytest.mark.parametrize(
    "choose", [lowest_number, highest_number] if THOROUGH else [highest_number]
)
async def test_the_whole_course_can_be_passed(
    course: Course, tmp_path: Path, choose: object
) -> None:
    tutor = Tutor(create_workspace(tmp_path / "work", course))
    await tutor.runs.warm_up()
    order: list[str] = []
    try:
        while True:
            views = tutor.overview()
            choice = [v.module.id for v in views if v.state is State.OPEN]
            locked = [v.module.id for v in views if v.state is State.LOCKED]
            if not choice:
                break
            for module_id in locked[:1]:
                with pytest.raises(LockedError):
                    tutor.start(module_id)
            module_id = choose(choice)  # type: ignore[operator]
            tutor.start(module_id)
            lesson = tutor.lesson(module_id)
            for exercise_id, source in reference_solutions(lesson).items():
                tutor.save_source(module_id, exercise_id, source)
            result = await tutor.runs.check(module_id)
            assert result.passed, [v.message for v in result.verdicts if v.message]
            assert result.first_pass
            order.append(module_id)
        assert sorted(order) == [module.id for module in course.modules]
        assert tutor.metrics().completion_rate == 1.0
        assert tutor.next_module() is None
    finally:
        await tutor.close()


def test_at_least_one_module_is_open_from_any_reachable_state(course: Course) -> None:
    chance = random.Random(7)
    for _ in range(200):
        passed: set[str] = set()
        while len(passed) < len(course.modules):
            choice = [
                module.id
                for module in course.modules
                if module.id not in passed and passed.issuperset(module.required_ids)
            ]
            assert choice, f"nothing is open after {sorted(passed)}"
            passed.add(chance.choice(choice))
