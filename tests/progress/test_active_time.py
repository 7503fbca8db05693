from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.progress.samples import attempt, happened, numbered, passed
from tinytutor.progress.active_time import (
    GAP_SECONDS,
    INPUT_SECONDS,
    RUN_SECONDS,
    TICK_SECONDS,
    ActivityMeter,
    TimeSpent,
    time_spent,
)
from tinytutor.progress.events import (
    Activity,
    ActivitySource,
    CodeSaved,
    Event,
    HintShown,
    ModuleStarted,
    WorkspaceCreated,
)

MODULE = "02_m2"
MINUTE, HOUR = 60.0, 3_600.0


def tick(seconds: float, module: str | None = MODULE, **where: object) -> Event:
    return happened(seconds, Activity(15.0, ActivitySource.INPUT), module, **where)


def saved(seconds: float, module: str = MODULE, outside: bool = True, **where: object) -> Event:
    return happened(seconds, CodeSaved("c" * 64, outside), module, **where)


def started(seconds: float, module: str = MODULE, **where: object) -> Event:
    return happened(seconds, ModuleStarted(), module, **where)


def spent(*events: Event) -> TimeSpent:
    return time_spent(numbered(*events))


# Ticks


def test_nothing_takes_no_time() -> None:
    nothing = time_spent([])
    assert (nothing.active_seconds, nothing.elapsed_seconds) == (0.0, 0.0)
    assert nothing.of(MODULE).active_seconds == 0.0


def test_ticks_add_up_and_idle_time_is_left_out() -> None:
    time = spent(started(0), tick(15), tick(30), tick(45), tick(HOUR), tick(HOUR + 15))
    assert time.of(MODULE).active_seconds == 75.0
    assert time.of(MODULE).elapsed_seconds == HOUR + 15


def test_no_event_counts_more_than_a_tick() -> None:
    absurd = happened(HOUR, Activity(1e9, ActivitySource.INPUT))
    negative = happened(2 * HOUR, Activity(-1e9, ActivitySource.INPUT))
    assert spent(started(0), absurd, negative).of(MODULE).active_seconds == TICK_SECONDS


def test_two_windows_open_at_once_count_once() -> None:
    both = [started(0)]
    for n in range(1, 41):
        both += [tick(15.0 * n, session="a"), tick(15.0 * n + 4, session="b")]
    assert spent(*both).of(MODULE).active_seconds == pytest.approx(604.0)


def test_time_belongs_to_the_module_that_claimed_it_first() -> None:
    time = spent(
        started(0, "01_m1"),
        started(0, "02_m2", session="b"),
        tick(15, "01_m1"),
        tick(20, "02_m2", session="b"),
        tick(30, "01_m1"),
    )
    assert time.of("01_m1").active_seconds == pytest.approx(25.0)
    assert time.of("02_m2").active_seconds == pytest.approx(5.0)
    assert time.active_seconds == pytest.approx(30.0)


def test_time_outside_of_modules_counts_for_the_course_alone() -> None:
    time = spent(happened(0, WorkspaceCreated("c", "1", "0"), None), tick(60, None), tick(90))
    assert time.active_seconds == 30.0
    assert time.of(MODULE).total_active_seconds == 15.0


# Saves


@pytest.mark.parametrize(
    ("gap", "expected"),
    [(1.0, 1.0), (GAP_SECONDS, GAP_SECONDS), (GAP_SECONDS + 1, 0.0), (HOUR, 0.0), (0.0, 0.0)],
)
def test_a_gap_between_saves_counts_up_to_ten_minutes(gap: float, expected: float) -> None:
    time = spent(started(0), saved(100), saved(100 + gap))
    assert time.of(MODULE).active_seconds == pytest.approx(expected)


@pytest.mark.parametrize(("theta", "expected"), [(300.0, 200.0), (600.0, 600.0), (1800.0, 1600.0)])
def test_the_gap_is_a_choice_that_can_be_varied(theta: float, expected: float) -> None:
    events = numbered(started(0), saved(0), saved(200), saved(600), saved(1600))
    time = time_spent(events, theta)
    assert time.of(MODULE).active_seconds == pytest.approx(expected)
    assert time.gap_seconds == theta


def test_saves_of_the_own_editor_tell_nothing() -> None:
    time = spent(started(0), saved(10, outside=False), saved(300, outside=False))
    assert time.of(MODULE).active_seconds == 0.0


def test_the_gap_goes_to_the_module_that_was_saved_at_its_end() -> None:
    time = spent(started(0, "01_m1"), started(0, "02_m2"), saved(60, "01_m1"), saved(240, "02_m2"))
    assert time.of("01_m1").active_seconds == 0.0
    assert time.of("02_m2").active_seconds == pytest.approx(180.0)


def test_a_save_that_two_programs_saw_counts_once() -> None:
    time = spent(
        started(0),
        saved(60, session="app"),
        saved(60.2, session="watch"),
        saved(300, session="app"),
        saved(300.2, session="watch"),
    )
    assert time.of(MODULE).active_seconds == pytest.approx(240.2)


def test_ticks_between_saves_count_once_with_them() -> None:
    ticks = [tick(100.0 + 15 * n) for n in range(1, 5)]
    time = spent(started(0), saved(60), *ticks, saved(360))
    assert time.of(MODULE).active_seconds == pytest.approx(300.0)


# Attempts


def test_a_run_counts_its_seconds_once() -> None:
    check = attempt(seconds=40.0)
    running = [tick(100), tick(115), happened(120, check)]
    assert spent(started(0), happened(60, check)).of(MODULE).active_seconds == 40.0
    assert spent(started(0), *running).of(MODULE).active_seconds == pytest.approx(40.0)


def test_an_absurd_run_is_bounded() -> None:
    time = spent(started(0), happened(10 * HOUR, attempt(seconds=1e12)))
    assert time.of(MODULE).active_seconds == RUN_SECONDS


# Start, pass and clocks


def test_time_to_complete_ends_with_the_first_pass() -> None:
    time = spent(
        tick(0),
        started(60),
        tick(75),
        tick(90),
        happened(100, passed()),
        tick(200),
        happened(300, passed()),
    )
    module = time.of(MODULE)
    assert (module.active_seconds, module.elapsed_seconds) == (30.0, 40.0)
    assert module.total_active_seconds == 45.0


def test_a_gap_that_began_before_the_pass_counts_up_to_it() -> None:
    time = spent(started(0), saved(0), happened(100, passed()), saved(250))
    assert time.of(MODULE).active_seconds == pytest.approx(100.0)
    assert time.of(MODULE).total_active_seconds == pytest.approx(250.0)


def test_reading_before_the_start_is_not_time_to_complete() -> None:
    time = spent(tick(0), tick(15), tick(30), started(40), tick(55))
    assert time.of(MODULE).active_seconds == 15.0
    assert time.of(MODULE).total_active_seconds == 45.0


def test_without_its_start_a_module_begins_with_its_first_work() -> None:
    time = spent(tick(15), saved(60), happened(120, HintShown(1)))
    assert time.of(MODULE).elapsed_seconds == 60.0


def test_a_calendar_that_jumps_changes_nothing_within_a_session() -> None:
    jumps = [0.0, -5 * HOUR, 900 * HOUR, 60.0]
    events = [started(0)] + [
        tick(15.0 * n, calendar=15.0 * n + jump) for n, jump in enumerate(jumps, 1)
    ]
    time = spent(*events)
    assert time.of(MODULE).active_seconds == pytest.approx(60.0)
    assert time.elapsed_seconds == pytest.approx(60.0)


def test_a_calendar_set_back_between_sessions_counts_as_no_time() -> None:
    time = spent(
        started(1000, session="a"),
        tick(1015, session="a"),
        started(1100, session="b", calendar=-5000),
        tick(1115, session="b", calendar=-4985),
    )
    assert time.elapsed_seconds == pytest.approx(30.0)
    assert time.of(MODULE).active_seconds == pytest.approx(30.0)


def test_sleep_of_the_machine_is_elapsed_time_alone() -> None:
    time = spent(started(0), tick(15), tick(15 + 8 * HOUR))
    assert time.of(MODULE).active_seconds == 30.0
    assert time.of(MODULE).elapsed_seconds == pytest.approx(8 * HOUR + 15)


def test_a_reboot_between_sessions_leaves_the_calendar_to_tell() -> None:
    later = Event(
        ModuleStarted(), MODULE, at=started(HOUR).at, boot_seconds=3.0, session="after reboot"
    )
    assert spent(started(0), later).elapsed_seconds == pytest.approx(HOUR)


WHATS = st.one_of(
    st.builds(Activity, st.floats(-10, 100), st.sampled_from(ActivitySource)),
    st.builds(CodeSaved, st.just("c"), st.booleans()),
    st.just(ModuleStarted()),
    st.just(passed()),
    st.floats(0, 2_000).map(lambda seconds: attempt(seconds=seconds)),
)
HISTORIES = st.lists(
    st.builds(
        lambda boot, calendar, what, module, session: Event(
            what,
            module,
            at=happened(calendar, what).at,
            boot_seconds=boot,
            session=session,
        ),
        st.floats(0, 5_000),
        st.floats(-1e6, 1e6),
        WHATS,
        st.sampled_from([None, "01_m1", "02_m2"]),
        st.sampled_from("abc"),
    ),
    max_size=40,
)


@given(HISTORIES, st.sampled_from([300.0, 600.0, 1800.0]))
def test_active_time_is_never_negative_and_never_more_than_elapsed(
    events: list[Event], theta: float
) -> None:
    time = time_spent(numbered(*events), theta)
    assert 0.0 <= time.active_seconds <= time.elapsed_seconds
    for module in time.modules.values():
        assert 0.0 <= module.active_seconds <= module.elapsed_seconds <= time.elapsed_seconds
        assert module.active_seconds <= module.total_active_seconds + 1e-6
    total = sum(module.total_active_seconds for module in time.modules.values())
    assert total <= time.active_seconds + 1e-6


def union(claims: Sequence[tuple[float, float]]) -> float:
    """Length of the union, the slow and plain way."""
    total, end = 0.0, float("-inf")
    for begin, stop in sorted(claims):
        total += max(0.0, stop - max(begin, end))
        end = max(end, stop)
    return total


@given(
    st.lists(st.tuples(st.integers(1, 40), st.sampled_from(["tick", "save", "run"])), max_size=60)
)
def test_what_overlaps_counts_once(steps: list[tuple[int, str]]) -> None:
    """Against the plain union of all claims, on a clock that behaves."""
    events, claims = [started(0)], []
    now, last_save = 0.0, None
    for step, kind in steps:
        now += 10.0 * step
        if kind == "tick":
            events.append(tick(now))
            claims.append((max(0.0, now - TICK_SECONDS), now))
        elif kind == "run":
            events.append(happened(now, attempt(seconds=120.0)))
            claims.append((max(0.0, now - 120.0), now))
        else:
            events.append(saved(now))
            if last_save is not None and now - last_save <= GAP_SECONDS:
                claims.append((last_save, now))
            last_save = now
    assert spent(*events).of(MODULE).active_seconds == pytest.approx(union(claims))


# The meter


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A meter that is asked once a second, as the app does, and what it had appended."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.meter = ActivityMeter(self.clock)
        self.appended: list[Activity] = []

    def wait(self, seconds: float, step: float = 1.0) -> None:
        for _ in range(round(seconds / step)):
            self.clock.now += step
            if activity := self.meter.poll("here"):
                self.appended.append(activity)

    @property
    def counted(self) -> float:
        return sum(activity.seconds for activity in self.appended)


def test_time_counts_for_two_minutes_after_an_input() -> None:
    desk = Desk()
    assert desk.meter.paused
    desk.wait(60)
    assert desk.appended == []
    desk.meter.input()
    assert not desk.meter.paused
    desk.wait(HOUR)
    assert desk.meter.paused
    assert desk.counted == pytest.approx(INPUT_SECONDS)
    assert {activity.seconds for activity in desk.appended} == {15.0}
    assert {activity.source for activity in desk.appended} == {ActivitySource.INPUT}
    assert {activity.place for activity in desk.appended} == {"here"}


def test_a_run_counts_without_input_until_it_ends() -> None:
    desk = Desk()
    desk.meter.run_started()
    desk.meter.run_started()
    desk.wait(5 * MINUTE)
    desk.meter.run_ended()
    desk.wait(5 * MINUTE)
    assert not desk.meter.paused
    desk.meter.run_ended()
    assert desk.meter.paused
    desk.wait(HOUR)
    assert desk.counted == pytest.approx(10 * MINUTE)
    assert {activity.source for activity in desk.appended} == {ActivitySource.RUN}


def test_an_end_without_a_start_is_harmless() -> None:
    desk = Desk()
    desk.meter.run_ended()
    desk.meter.run_started()
    desk.wait(30)
    assert desk.counted == pytest.approx(30.0)


def test_what_is_left_is_handed_out_when_a_pause_begins() -> None:
    desk = Desk()
    desk.meter.input()
    desk.wait(7)
    desk.meter.input()
    desk.wait(200)
    assert desk.counted == pytest.approx(127.0)
    assert desk.appended[-1].seconds == pytest.approx(7.0)


def test_what_is_left_can_be_taken_when_the_place_changes() -> None:
    desk = Desk()
    desk.meter.input(ActivitySource.SAVE)
    desk.wait(10)
    assert desk.meter.take("lesson") == Activity(10.0, ActivitySource.SAVE, "lesson")
    assert desk.meter.take("lesson") is None
    desk.wait(15)
    assert desk.counted == pytest.approx(15.0)


def test_sleep_of_the_machine_counts_at_most_a_tick() -> None:
    desk = Desk()
    desk.meter.input()
    desk.wait(10)
    desk.wait(8 * HOUR, step=8 * HOUR)
    assert desk.meter.paused
    desk.wait(60)
    assert desk.counted <= 10 + TICK_SECONDS


def test_a_clock_that_goes_back_counts_nothing() -> None:
    desk = Desk()
    desk.meter.input()
    desk.wait(50, step=-10.0)
    assert desk.counted == 0.0


@pytest.mark.parametrize("seed", range(30))
def test_metered_time_is_the_time_of_the_rule(seed: int) -> None:
    """From inputs and runs at random through meter, events and sum, against the rule itself."""
    chance = random.Random(seed)
    desk = Desk()
    begin = desk.clock.now
    events, claims, running_since = [started(0)], [], None
    desk.appended = []
    for _ in range(60):
        seen = len(desk.appended)
        for _ in range(chance.choice([1, 5, 40, 130, 300])):
            desk.wait(1)
            now = desk.clock.now - begin
            events += [happened(now, activity) for activity in desk.appended[seen:]]
            seen = len(desk.appended)
        now = desk.clock.now - begin
        if running_since is not None:
            desk.meter.run_ended()
            claims.append((running_since, now))
            running_since = None
        elif chance.random() < 0.5:
            desk.meter.run_started()
            running_since = now
        if chance.random() < 0.7:
            desk.meter.input()
            claims.append((now, now + INPUT_SECONDS))
    end = desk.clock.now - begin
    if running_since is not None:
        claims.append((running_since, end))
    right = union([(b, min(e, end)) for b, e in claims if b < end])
    assert spent(*events).of(MODULE).active_seconds == pytest.approx(right, abs=TICK_SECONDS + 1)
