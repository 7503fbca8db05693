from __future__ import annotations

import random

import pytest

from tests.progress.samples import (
    REQUIRES,
    attempt,
    course_of,
    happened,
    module_id,
    outcome,
    passed,
)
from tinytutor.curriculum import Course
from tinytutor.progress.events import Event, HintShown, ModuleStarted, Overridden, What
from tinytutor.progress.state import Progress, advance, fold
from tinytutor.progress.unlocking import (
    NeedsModule,
    State,
    locked_reasons,
    locked_sentence,
    module_state,
    newly_unlocked,
    next_module,
    way_to,
)

DIAMOND = course_of({1: (), 2: (1,), 3: (1,), 4: (2, 3)})


def after(*facts: tuple[int, What]) -> Progress:
    return fold(
        Event(what, module_id(number), event_id=str(n), sequence=n)
        for n, (number, what) in enumerate(facts, 1)
    )


def passes(*numbers: int) -> Progress:
    return after(*((number, passed()) for number in numbers))


def states(course: Course, progress: Progress) -> str:
    return " ".join(module_state(course, progress, module.id) for module in course.modules)


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (passes(), "open locked locked locked"),
        (passes(1), "passed open open locked"),
        (passes(1, 2), "passed passed open locked"),
        (passes(1, 2, 3), "passed passed passed open"),
        (passes(1, 2, 3, 4), "passed passed passed passed"),
        (after((1, ModuleStarted())), "started locked locked locked"),
        (after((1, HintShown(1))), "open locked locked locked"),
        (after((1, attempt(outcome("a", "passed")))), "open locked locked locked"),
        # Opened by choice, alone; what comes after it still waits.
        (after((2, Overridden())), "open open locked locked"),
        (after((2, Overridden()), (2, ModuleStarted())), "open started locked locked"),
        (after((2, Overridden()), (2, passed())), "open passed locked locked"),
        (after((2, passed()), (3, passed())), "open passed passed open"),
        # Begun before a new version of the course put something before it.
        (after((4, ModuleStarted())), "open locked locked started"),
    ],
)
def test_states(progress: Progress, expected: str) -> None:
    assert states(DIAMOND, progress) == expected


def test_a_pass_of_other_tests_is_stale_and_locks_nothing() -> None:
    progress = after((1, passed(tests_sha256="old")))
    assert module_state(DIAMOND, progress, "01_m1", "old") is State.PASSED
    assert module_state(DIAMOND, progress, "01_m1", "new") is State.STALE
    assert module_state(DIAMOND, progress, "01_m1") is State.PASSED
    assert states(DIAMOND, progress) == "passed open open locked"
    again = after((1, passed(tests_sha256="old")), (1, passed(tests_sha256="new")))
    assert module_state(DIAMOND, again, "01_m1", "new") is State.PASSED


def test_the_hash_of_tests_makes_no_unpassed_module_stale() -> None:
    assert module_state(DIAMOND, passes(), "01_m1", "new") is State.OPEN
    assert module_state(DIAMOND, passes(), "02_m2", "new") is State.LOCKED


def test_a_module_that_the_course_lacks_is_an_error() -> None:
    with pytest.raises(KeyError):
        module_state(DIAMOND, passes(), "99_nowhere")


def test_progress_in_modules_that_the_course_lost_changes_nothing() -> None:
    assert states(DIAMOND, passes(1, 77)) == "passed open open locked"


def test_reasons_name_what_is_missing_in_the_order_of_the_course() -> None:
    assert locked_reasons(DIAMOND, passes()) == {
        "02_m2": (NeedsModule("01_m1"),),
        "03_m3": (NeedsModule("01_m1"),),
        "04_m4": (NeedsModule("02_m2"), NeedsModule("03_m3")),
    }
    assert locked_reasons(DIAMOND, passes(1, 2)) == {"04_m4": (NeedsModule("03_m3"),)}
    assert locked_reasons(DIAMOND, passes(1, 2, 3)) == {}


def test_reasons_become_sentences() -> None:
    reasons = locked_reasons(DIAMOND, passes())
    assert DIAMOND.module("02_m2").label == "02 M2"
    assert locked_sentence(DIAMOND, "02_m2", reasons["02_m2"]) == "02 M2 needs 01 M1: it uses M1."
    assert (
        locked_sentence(DIAMOND, "04_m4", reasons["04_m4"])
        == "04 M4 needs 02 M2 and 03 M3 to pass first."
    )


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (passes(), passes(1), ("02_m2", "03_m3")),
        (passes(1), passes(1, 2), ()),
        (passes(1, 2), passes(1, 2, 3), ("04_m4",)),
        (passes(1), passes(1), ()),
        (passes(), after((4, Overridden())), ("04_m4",)),
        (passes(), after((4, passed())), ()),
    ],
)
def test_newly_unlocked(before: Progress, now: Progress, expected: tuple[str, ...]) -> None:
    assert newly_unlocked(DIAMOND, before, now) == expected


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (passes(), "01_m1"),
        (passes(1), "02_m2"),
        (passes(1, 2), "03_m3"),
        (after((1, passed()), (3, ModuleStarted())), "03_m3"),
        (after((1, passed()), (3, ModuleStarted()), (2, ModuleStarted())), "02_m2"),
        (after((3, ModuleStarted()), (2, ModuleStarted()), (3, HintShown(1))), "03_m3"),
        (after((1, passed()), (2, HintShown(1)), (3, ModuleStarted()), (3, passed())), "02_m2"),
        (passes(1, 2, 3, 4), None),
    ],
)  # fmt: skip
def test_what_to_do_next(progress: Progress, expected: str | None) -> None:
    assert next_module(DIAMOND, progress) == expected


def test_the_way_to_a_module_is_in_an_order_that_can_be_walked() -> None:
    course = course_of()
    way = way_to(course, passes(1, 2), "14_m14")
    assert way == ("04_m4", "11_m11", "12_m12", "03_m3", "13_m13")
    assert way_to(course, passes(1, 2), "03_m3") == ()


def random_graph(chance: random.Random, size: int) -> dict[int, tuple[int, ...]]:
    return {
        number: tuple(n for n in range(1, number) if chance.random() < 0.2)
        for number in range(1, size + 1)
    }


@pytest.mark.parametrize("seed", range(250))
def test_every_order_of_passing_unlocks_exactly_what_is_ready(seed: int) -> None:
    """Against a rule of its own: ready means that all required numbers are in the set of passed."""
    chance = random.Random(seed)
    requires = REQUIRES if seed % 2 else random_graph(chance, 20)
    course = course_of(requires)
    progress, done = Progress(), set[int]()
    while len(done) < len(requires):
        ready = [n for n in requires if n not in done and done.issuperset(requires[n])]
        waiting = {
            module_id(n): tuple(NeedsModule(module_id(r)) for r in requires[n] if r not in done)
            for n in requires
            if n not in done and n not in ready
        }
        assert locked_reasons(course, progress) == waiting
        assert next_module(course, progress) == module_id(min(ready))
        for number in requires:
            walk = [int(name.split("_")[0]) for name in way_to(course, progress, module_id(number))]
            assert all(set(requires[n]) <= done | set(walk[:place]) for place, n in enumerate(walk))
        chosen = chance.choice(ready)
        before = progress
        progress = advance(progress, happened(len(done), passed(), module_id(chosen)))
        done.add(chosen)
        unlocked = {n for n in requires if n not in done and done.issuperset(requires[n])}
        expected = tuple(module_id(n) for n in sorted(unlocked - set(ready)))
        assert newly_unlocked(course, before, progress) == expected
    assert next_module(course, progress) is None
