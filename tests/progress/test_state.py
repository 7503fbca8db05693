from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from tests.progress.samples import attempt, happened, numbered, outcome, passed, utc
from tests.progress.test_event_json import EVENTS
from tinytutor.progress.events import (
    Activity,
    ActivitySource,
    CodeSaved,
    ConfusionReported,
    Event,
    HintShown,
    ModuleReset,
    ModuleStarted,
    Opaque,
    Overridden,
    SolutionShown,
    What,
    WorkspaceCreated,
)
from tinytutor.progress.state import (
    ModuleProgress,
    Progress,
    advance,
    fold,
    library_sources,
)


def module_after(*whats: What, exercise: str | None = None) -> ModuleProgress:
    events = (happened(second, what, exercise=exercise) for second, what in enumerate(whats))
    return fold(numbered(*events)).of("02_m2")


@given(st.lists(EVENTS, max_size=30), st.integers(0, 30))
def test_folding_in_parts_is_folding_whole(events: list[Event], cut: int) -> None:
    whole = fold(events)
    assert fold(events[cut:], fold(events[:cut])) == whole
    step_by_step = Progress()
    for event in events:
        step_by_step = advance(step_by_step, event)
    assert step_by_step == whole


@given(st.lists(EVENTS, max_size=20))
def test_advancing_leaves_the_progress_before_as_it_was(events: list[Event]) -> None:
    history = [Progress()]
    for event in events:
        history.append(advance(history[-1], event))
    again = Progress()
    for event, then in zip(events, history[1:], strict=True):
        again = advance(again, event)
        assert then == again


def test_a_module_nobody_touched_is_all_zero() -> None:
    assert Progress().of("02_m2") == ModuleProgress()


def test_the_first_start_and_the_first_pass_are_kept() -> None:
    module = module_after(ModuleStarted(), ModuleStarted(), passed("a", "old"), passed("b", "new"))
    assert (module.started_at, module.passed_at) == (utc(0), utc(2))
    assert (module.passed_attempt_id, module.passed_tests_sha256) == ("b", "new")


def test_a_check_replaces_all_outcomes_and_a_run_only_its_own() -> None:
    module = module_after(
        attempt(outcome("gone", "passed"), outcome("a", "failed"), outcome("b", "not_reached")),
        attempt(outcome("a", "failed"), outcome("b", "error"), outcome("c", "timed_out")),
        attempt(outcome("a", "passed"), scope="exercise"),
    )
    assert {test: o.status for test, o in module.outcomes.items()} == {
        "test_a": "passed",
        "test_b": "error",
        "test_c": "timed_out",
    }
    assert (module.tests_passed, module.tests_total) == (1, 3)
    assert (module.attempts, module.exercise_runs, module.errors) == (2, 1, 4)


def test_a_passed_check_alone_is_no_pass() -> None:
    assert module_after(attempt(outcome("a", "passed"))).passed_at is None


def test_a_reset_clears_outcomes_but_neither_pass_nor_counts() -> None:
    checked = attempt(outcome("a", "passed"), outcome("b", "passed"))
    module = module_after(checked, passed(), ModuleReset())
    assert (module.tests_total, module.attempts, module.resets) == (0, 1, 1)
    assert module.passed_at == utc(1)


def test_resetting_one_exercise_keeps_the_others() -> None:
    checked = attempt(outcome("a", "passed"), outcome("b", "passed"))
    module = module_after(checked, ModuleReset(), exercise="a")
    assert list(module.outcomes) == ["test_b"]


def test_help_is_remembered_per_exercise() -> None:
    events = numbered(
        happened(1, HintShown(2), exercise="a"),
        happened(2, HintShown(1), exercise="a"),
        happened(3, HintShown(1), exercise="b"),
        happened(4, SolutionShown(), exercise="b"),
        happened(5, SolutionShown(), exercise="b"),
        happened(6, ConfusionReported("intro", "what?")),
    )
    module = fold(events).of("02_m2")
    assert module.hints == {"a": 2, "b": 1}
    assert module.solutions_shown == {"b"}
    assert module.confusion_reports == 1


def test_any_event_touches_its_module() -> None:
    events = numbered(
        happened(0, WorkspaceCreated("c", "1", "0.1.0"), None),
        happened(1, ModuleStarted(), "01_m1"),
        happened(2, CodeSaved("c" * 64), "02_m2"),
        happened(3, Activity(15.0, ActivitySource.INPUT), "01_m1"),
        happened(4, Activity(15.0, ActivitySource.INPUT), None),
        happened(5, Overridden(), "03_m3"),
    )
    progress = fold(events)
    assert {name: m.last_sequence for name, m in progress.modules.items()} == {
        "01_m1": 4,
        "02_m2": 3,
        "03_m3": 6,
    }
    assert (progress.created_at, progress.last_sequence) == (utc(0), 6)
    assert progress.of("03_m3").overridden


def test_unreadable_events_change_nothing_but_their_count() -> None:
    progress = fold(numbered(happened(0, Opaque("module_passed", 9, {"kind": "module_passed"}))))
    assert progress.opaque_events == 1
    assert progress.of("02_m2") == ModuleProgress(last_sequence=1)


def test_the_library_is_what_passed_last() -> None:
    events = [
        happened(0, passed(source="old\n")),
        happened(1, passed(source="new\n")),
        happened(2, ModuleReset()),
    ]
    assert library_sources(events) == {"m2": "new\n"}


def test_folding_100_000_events_takes_seconds_not_minutes() -> None:
    tick = Activity(15.0, ActivitySource.INPUT)
    events = [
        Event(tick, f"{n % 20:02}_m", None, f"{n:032x}", utc(0), 1.0 * n, "s", n)
        for n in range(100_000)
    ]
    begin = time.process_time()
    fold(events)
    assert time.process_time() - begin < 10.0
