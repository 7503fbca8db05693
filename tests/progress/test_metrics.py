from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.progress.samples import (
    attempt,
    course_of,
    happened,
    module_id,
    numbered,
    outcome,
    passed,
    utc,
)
from tests.progress.test_event_json import EVENTS
from tinytutor.progress.events import (
    Activity,
    ActivitySource,
    ConfusionReported,
    Event,
    HintShown,
    ModuleStarted,
    What,
)
from tinytutor.progress.metrics import ErrorCounts, Metrics, ModuleMetrics, measure

COURSE = course_of({1: (), 2: (1,), 3: (2,), 4: (3,)})


def module_after(*whats: What, exercise: str | None = None) -> ModuleMetrics:
    events = (
        happened(10.0 * n, what, exercise=exercise)
        for n, what in enumerate((ModuleStarted(), *whats))
    )
    return measure(COURSE, numbered(*events)).of("02_m2")


def a_story() -> list[Event]:
    """Module 1: two checks, a hint, a report, passed. Module 2: started. 3 and 4: nothing."""
    tick = Activity(15.0, ActivitySource.INPUT)
    return numbered(
        happened(0, ModuleStarted(), "01_m1"),
        *(happened(15.0 * n, tick, "01_m1") for n in range(1, 9)),
        happened(120, attempt(outcome("a", "passed"), outcome("b", "failed", "Mismatch")), "01_m1"),
        happened(130, HintShown(1), "01_m1", "b"),
        happened(131, ConfusionReported("intro", "why?"), "01_m1"),
        happened(135, tick, "01_m1"),
        happened(
            150,
            attempt(outcome("a", "passed"), outcome("b", "passed"), attempt_id="good"),
            "01_m1",
        ),
        happened(150, passed("good"), "01_m1"),
        happened(200, ModuleStarted(), "02_m2"),
        happened(215, tick, "02_m2"),
    )


def test_the_four_metrics_of_a_module() -> None:
    module = measure(COURSE, a_story()).of("01_m1")
    # Completion.
    assert (module.started, module.completed, module.completion_rate) == (True, True, 1.0)
    assert (module.progress.started_at, module.progress.passed_at) == (utc(0), utc(150))
    # Errors and confusion.
    assert module.errors.total == 1
    assert module.confusion_places == {"intro": 1}
    assert module.confusion_per_hour == pytest.approx(3600 / 137)
    assert module.errors_per_hour == pytest.approx(3600 / 137)
    # Time: nine ticks, and 2 s of the check at the end.
    assert module.time.active_seconds == pytest.approx(137.0)
    assert module.time.elapsed_seconds == pytest.approx(150.0)
    # Pass rates.
    assert (module.tests_passed, module.tests_run, module.pass_rate) == (3, 4, 0.75)
    assert module.first_tries == {"test_a": True, "test_b": False}
    assert module.first_try_pass_rate == 0.5
    assert (module.attempts, module.attempts_to_pass, module.hints) == (2, 2, 1)


def test_the_metrics_of_the_course() -> None:
    metrics = measure(COURSE, a_story())
    assert [module.module_id for module in metrics.modules] == [module_id(n) for n in (1, 2, 3, 4)]
    assert (metrics.started, metrics.completed, metrics.completion_rate) == (2, 1, 0.25)
    assert metrics.pass_rate == 0.75
    assert metrics.active_seconds == pytest.approx(152.0)
    assert metrics.elapsed_seconds == pytest.approx(215.0)


def test_a_module_that_was_only_started() -> None:
    module = measure(COURSE, a_story()).of("02_m2")
    assert (module.started, module.completed, module.completion_rate) == (True, False, 0.0)
    assert module.time.active_seconds == 15.0
    assert (module.pass_rate, module.first_try_pass_rate, module.attempts_to_pass) == (None,) * 3


def test_a_module_nobody_touched() -> None:
    metrics = measure(COURSE, a_story())
    module = metrics.of("03_m3")
    assert (module.started, module.completed, module.attempts) == (False, False, 0)
    assert module.errors == ErrorCounts()
    assert (module.errors_per_hour, module.confusion_per_hour) == (None, None)
    with pytest.raises(KeyError):
        metrics.of("99_nowhere")


def test_an_empty_log_and_an_empty_course() -> None:
    assert measure(COURSE, []).completion_rate == 0.0
    assert measure(course_of({}), []).completion_rate is None


def test_what_was_not_reached_did_not_run_and_is_no_error() -> None:
    module = module_after(
        attempt(outcome("a", "passed"), outcome("b", "timed_out"), outcome("c", "not_reached"))
    )
    assert (module.tests_passed, module.tests_run) == (1, 2)
    assert (module.result_passed, module.result_total) == (1, 3)
    assert module.errors.by_type == {"timed_out": 1}
    assert "test_c" not in module.first_tries


def test_errors_are_counted_by_what_they_are_and_where() -> None:
    module = module_after(
        attempt(
            outcome("a", "failed", "Mismatch", "divides by 1000"),
            outcome("b", "error", "NotImplementedError"),
        ),
        attempt(outcome("a", "failed", "Mismatch", "divides by 1000"), scope="exercise"),
        attempt(outcome("a", "error", "ValueError"), scope="exercise"),
    )
    assert module.errors == ErrorCounts(
        total=4,
        by_type={"Mismatch": 2, "NotImplementedError": 1, "ValueError": 1},
        by_test={"test_a": 3, "test_b": 1},
        by_exercise={"a": 3, "b": 1},
        by_mistake={"divides by 1000": 2},
    )
    assert module.errors.unwritten == 1
    assert (module.attempts, module.progress.exercise_runs) == (1, 2)


def test_the_first_try_is_the_first_run_of_written_code_in_any_scope() -> None:
    module = module_after(
        attempt(outcome("a", "error", "NotImplementedError"), outcome("b", "not_reached")),
        attempt(outcome("a", "passed"), scope="exercise"),
        attempt(outcome("a", "failed"), outcome("b", "failed")),
        attempt(outcome("b", "passed"), scope="exercise"),
    )
    assert module.first_tries == {"test_a": True, "test_b": False}


def test_exercise_runs_change_no_pass_rate() -> None:
    module = module_after(attempt(outcome("a", "passed"), scope="exercise"))
    assert (module.tests_run, module.pass_rate, module.result_total) == (0, None, 0)


def test_the_result_is_that_of_the_pass_whatever_comes_after() -> None:
    good = attempt(outcome("a", "passed"), outcome("b", "passed"), attempt_id="good")
    bad = attempt(outcome("a", "failed"), outcome("b", "passed"))
    assert module_after(bad, bad).result_passed == 1
    module = module_after(bad, good, passed("good"), bad)
    assert (module.result_passed, module.result_total) == (2, 2)
    assert (module.attempts, module.attempts_to_pass) == (3, 2)


def test_a_hint_shown_again_is_the_same_hint() -> None:
    module = module_after(HintShown(1), HintShown(2), HintShown(2), exercise="a")
    assert module.hints == 2


def test_confusion_is_placed_at_the_exercise_first() -> None:
    at_exercise = module_after(ConfusionReported("cell-7"), ConfusionReported(), exercise="a")
    assert at_exercise.confusion_places == {"a": 2}
    assert module_after(ConfusionReported("cell-7")).confusion_places == {"cell-7": 1}
    assert module_after(ConfusionReported()).confusion_places == {"": 1}


def test_work_without_its_start_counts_as_started() -> None:
    events = numbered(happened(0, attempt(outcome("a", "failed"))))
    assert measure(COURSE, events).of("02_m2").started


@given(st.lists(EVENTS, max_size=30))
def test_the_metrics_of_any_log_agree_with_each_other(events: list[Event]) -> None:
    course = course_of({1: ()})
    metrics: Metrics = measure(course, [*events, happened(0, ModuleStarted(), "01_m1")])
    for module in metrics.modules:
        assert 0 <= module.tests_passed <= module.tests_run
        assert module.result_passed <= module.result_total
        assert module.errors.total == sum(module.errors.by_type.values())
        assert module.errors.total == sum(module.errors.by_test.values())
        assert module.errors.total == module.progress.errors
        assert sum(module.confusion_places.values()) == module.confusion_reports
    assert 0 <= metrics.completed <= metrics.started <= len(metrics.modules)
