"""The figures of a cohort equal those that plain loops over the students' events give."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest

pytest.importorskip("duckdb")

from tests.cohort.conftest import TESTS, Made
from tests.cohort.reference import events_by_student, metrics_by_student
from tests.cohort.samples import COURSE
from tinytutor.cohort.measures.comparison import Change, compare
from tinytutor.cohort.measures.completion import Funnel, funnels, times_to_complete
from tinytutor.cohort.measures.confusion import ConfusingPlace, confusing_places
from tinytutor.cohort.measures.effort import efforts
from tinytutor.cohort.measures.items import TestItem, course_items
from tinytutor.cohort.measures.priorities import places_to_mend
from tinytutor.cohort.records.cohort import DROPPED_DAYS, Cohort
from tinytutor.cohort.statistics.intervals import Share
from tinytutor.progress.events import AttemptFinished, ConfusionReported, Event
from tinytutor.progress.metrics import UNWRITTEN, Metrics
from tinytutor.progress.outcomes import TestOutcome, TestStatus

Log = dict[str, list[Event]]


@pytest.fixture(scope="module")
def cohort(messy: Made) -> Iterator[Cohort]:
    with Cohort(messy.folder, COURSE) as opened:
        yield opened


@pytest.fixture(scope="module")
def logs(messy: Made) -> Log:
    return events_by_student(messy.inbox, COURSE)


@pytest.fixture(scope="module")
def metrics(messy: Made) -> dict[str, Metrics]:
    return metrics_by_student(messy.inbox, COURSE)


def attempts(log: list[Event], module_id: str) -> Iterator[tuple[Event, AttemptFinished]]:
    for event in log:
        if event.module_id == module_id and isinstance(event.what, AttemptFinished):
            yield event, event.what


def absent(logs: Log) -> set[str]:
    last = {student: max(event.at for event in log) for student, log in logs.items()}
    limit = datetime.fromisoformat(max(last.values())) - timedelta(days=DROPPED_DAYS)
    return {student for student, at in last.items() if datetime.fromisoformat(at) < limit}


def test_the_funnel(cohort: Cohort, logs: Log, metrics: dict[str, Metrics]) -> None:
    gone = absent(logs)
    for funnel in funnels(cohort):
        module_id = funnel.module_id
        starters = {s for s in logs if metrics[s].of(module_id).started}
        done = {s for s in logs if metrics[s].of(module_id).completed}
        passed = {
            student: {
                test.test_id
                for _, attempt in attempts(log, module_id)
                for test in attempt.tests
                if test.status is TestStatus.PASSED
            }
            for student, log in logs.items()
        }
        whole = len(TESTS[module_id])
        assert funnel.students == len(logs)
        assert [count for _, count in funnel.steps()] == [
            len(starters),
            len({s for s in starters if passed[s]}),
            len({s for s in starters if len(passed[s]) == whole or s in done}),
            len(done),
        ]
        assert funnel.dropped == len((starters - done) & gone)
        assert funnel.going_on == len(starters - done - gone)


def test_time_to_complete_counts_the_unfinished(
    cohort: Cohort, metrics: dict[str, Metrics]
) -> None:
    for found in times_to_complete(cohort):
        modules = [m.of(found.module_id) for m in metrics.values()]
        started = [module for module in modules if module.started]
        assert found.curve.count == len(started)
        hours = [module.time.active_seconds / 3600 for module in started]
        done = [module.completed for module in started]
        assert found.curve.median == pytest.approx(exact_median(hours, done), abs=1e-6)


def exact_median(hours: list[float], done: list[bool]) -> float | None:
    """Kaplan and Meier's median in fractions, where a half is a half."""
    share = Fraction(1)
    for time in sorted({h for h, d in zip(hours, done, strict=True) if d}):
        at_risk = sum(hour >= time for hour in hours)
        deaths = sum(h == time and d for h, d in zip(hours, done, strict=True))
        share *= 1 - Fraction(deaths, at_risk)
        if share <= Fraction(1, 2):
            return time
    return None


def test_effort(cohort: Cohort, metrics: dict[str, Metrics], logs: Log) -> None:
    for effort in efforts(cohort):
        modules = [m.of(effort.module_id) for m in metrics.values()]
        started = [module for module in modules if module.started]
        total = sum(module.time.total_active_seconds for module in modules) / 3600
        assert effort.active_hours == pytest.approx(total, abs=1e-4)
        errors = sum(module.errors.total - module.errors.unwritten for module in modules)
        reports = sum(module.confusion_reports for module in modules)
        assert (effort.started, effort.errors, effort.confusion_reports) == (
            len(started),
            errors,
            reports,
        )
        assert effort.errors_per_hour == pytest.approx(errors / total if total else None)
        assert effort.confusion_per_hour == pytest.approx(reports / total if total else None)
        assert effort.hints == sum(module.hints for module in modules)
        assert effort.tests_run == sum(module.tests_run for module in modules)
        tries = [module.first_tries for module in modules]
        assert effort.first_tries == sum(map(len, tries))
        assert effort.first_tries_passed == sum(sum(each.values()) for each in tries)
        if len(started) > 1:
            hours = [module.time.active_seconds / 3600 for module in started]
            spread = statistics.quantiles(hours, n=4, method="inclusive")
            gap, quartiles = effort.by_gap[0]
            assert gap == 600
            assert [quartiles.low, quartiles.median, quartiles.high] == pytest.approx(
                spread, abs=1e-4
            )
            assert [gap for gap, _ in effort.by_gap] == [600, 300, 1800]


def test_every_test_item(cohort: Cohort, logs: Log, metrics: dict[str, Metrics]) -> None:
    gone = absent(logs)
    found = {(item.module_id, item.test_id): item for item in course_items(cohort)}
    expected = {
        (module_id, test_id)
        for module_id in TESTS
        for _, test_id in TESTS[module_id]
        if any(
            test.test_id == test_id
            for log in logs.values()
            for _, attempt in attempts(log, module_id)
            for test in attempt.tests
        )
    }
    assert found.keys() == expected
    for module_id in TESTS:
        tries = {s: m.of(module_id).first_tries for s, m in metrics.items()}
        runs: dict[str, dict[str, list[TestOutcome]]] = defaultdict(lambda: defaultdict(list))
        last: dict[str, str] = {}
        for student, log in logs.items():
            for _, attempt in attempts(log, module_id):
                for test in attempt.tests:
                    runs[test.test_id][student].append(test)
        for student in gone:
            if metrics[student].of(module_id).completed:
                continue
            passed = {
                t for t in runs if any(o.status is TestStatus.PASSED for o in runs[t][student])
            }
            for _, attempt in attempts(logs[student], module_id):
                unpassed = [t.test_id for t in attempt.tests if t.test_id not in passed]
                if unpassed:
                    last[student] = unpassed[0]
        stops = Counter(last.values())
        for _, test_id in TESTS[module_id]:
            if (module_id, test_id) not in found:
                continue
            item = found[module_id, test_id]
            mine = {s: outcomes for s, outcomes in runs[test_id].items() if outcomes}
            firsts = [first[test_id] for first in tries.values() if test_id in first]
            assert item.first_tries == Share(sum(firsts), len(firsts))
            assert item.students == len(mine)
            assert item.never_passed == sum(
                all(o.status is not TestStatus.PASSED for o in outcomes)
                for outcomes in mine.values()
            )
            assert item.errors == sum(
                o.is_error and o.error_type != UNWRITTEN
                for outcomes in mine.values()
                for o in outcomes
            )
            assert item.stopped_here == stops[test_id], test_id
            made = Counter(
                mistake
                for outcomes in mine.values()
                for mistake in {o.mistake for o in outcomes if o.mistake}
            )
            assert dict(item.mistakes) == dict(made.most_common(3))


def test_the_item_correlation_is_numpys(cohort: Cohort, metrics: dict[str, Metrics]) -> None:
    checked = 0
    for item in course_items(cohort):
        tries = [m.of(item.module_id).first_tries for m in metrics.values()]
        pairs = [
            (
                first[item.test_id],
                np.mean([passed for name, passed in first.items() if name != item.test_id]),
            )
            for first in tries
            if item.test_id in first and len(first) > 1
        ]
        if item.correlation is None:
            continue
        own, rest = np.array(pairs, float).T
        assert item.correlation == pytest.approx(np.corrcoef(own, rest)[0, 1])
        checked += 1
    assert checked > 5


def test_confusion(cohort: Cohort, logs: Log) -> None:
    reports: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for student, log in logs.items():
        for event in log:
            if isinstance(event.what, ConfusionReported) and event.module_id:
                place = event.exercise_id or event.what.place
                reports[event.module_id, place].append((student, event.what.text))
    found = confusing_places(cohort)
    assert {(place.module_id, place.place) for place in found} == reports.keys()
    for place in found:
        mine = reports[place.module_id, place.place]
        assert place.reports == len(mine)
        assert place.students == len({student for student, _ in mine})
        assert list(place.words) == sorted({text for _, text in mine if text})


def an_item(exercise: str, **changes: object) -> TestItem:
    item = TestItem("01_m1", exercise, f"t_{exercise}", Share(40, 50), 0.5, 50, 0, 0, 10, ())
    return replace(item, **changes)  # type: ignore[arg-type]


def test_where_students_stop_is_mended_first_and_the_reason_is_said() -> None:
    items = [
        an_item("hard", first_tries=Share(5, 50), errors=200, mistakes=(("transposed", 30),)),
        an_item("lost", stopped_here=12),
        an_item("easy", errors=0, first_tries=Share(50, 50)),
        an_item("rare", students=3, stopped_here=3),
    ]
    confusing = [ConfusingPlace("01_m1", "easy", 9, 7, ())]
    first, second, third = places_to_mend(items, confusing, least=5)
    assert (first.exercise_id, first.reasons[0]) == ("lost", "12 stopped here for good")
    assert (second.exercise_id, second.reasons[0]) == ("hard", "45 of 50 failed at once")
    assert "30 students: transposed" in second.reasons[2]
    assert (third.exercise_id, third.reasons[0]) == (
        "easy",
        "7 said that they don't understand it",
    )


def test_nothing_to_mend_is_an_empty_list() -> None:
    assert places_to_mend([an_item("a", errors=0, first_tries=Share(50, 50))], [], 5) == ()


def test_comparison_says_what_is_clear_and_what_is_not(cohort: Cohort) -> None:
    funnel, time, effort = funnels(cohort), times_to_complete(cohort), efforts(cohort)
    better = tuple(replace(f, completed=f.started, dropped=0) for f in funnel)
    found = compare((funnel, time, effort), (better, time, effort))
    assert [each.module_id for each in found] == [module.id for module in COURSE.modules]
    assert not found[0].first_tries.is_clear
    share, low, high = found[1].completion.difference or (0, 0, 0)
    assert low <= share <= high
    assert Change(Share(10, 100), Share(60, 100)).is_clear
    assert not Change(Share(1, 4), Share(3, 4)).is_clear
    assert not Change(Share(0, 0), Share(3, 4)).is_clear


def test_a_module_nobody_started_is_a_row_of_zeros(cohort: Cohort) -> None:
    assert Funnel("x", 9, 0, 0, 0, 0, 0).completion.value is None
    assert len(funnels(cohort)) == len(COURSE.modules)
