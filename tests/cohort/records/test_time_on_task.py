"""Time on arrays is the time that `progress.active_time` tells, event by event."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.progress.samples import attempt, happened, numbered, outcome, passed
from tinytutor.cohort.records.time_on_task import (
    GAPS,
    EventArrays,
    first_claims,
    seconds_spent,
)
from tinytutor.progress.active_time import time_spent
from tinytutor.progress.clock import utc_seconds
from tinytutor.progress.events import (
    Activity,
    ActivitySource,
    AttemptFinished,
    CodeSaved,
    Event,
    HintShown,
    ModulePassed,
    ModuleStarted,
    What,
)

MODULES = ["01_m1", "02_m2", "03_m3"]


def arrays_of(events: Sequence[Event]) -> EventArrays:
    sessions = {name: n for n, name in enumerate(dict.fromkeys(e.session for e in events))}
    whats = [event.what for event in events]
    begins = (ModuleStarted, CodeSaved, AttemptFinished, ModulePassed)
    return EventArrays(
        calendar=np.array([utc_seconds(event.at) for event in events]),
        boot=np.array([event.boot_seconds for event in events]),
        session=np.array([7 * sessions[event.session] for event in events], np.int64),
        module=np.array(
            [MODULES.index(e.module_id) if e.module_id else -1 for e in events], np.int64
        ),
        ticks=np.array([w.seconds if isinstance(w, Activity) else 0.0 for w in whats]),
        runs=np.array([w.seconds if isinstance(w, AttemptFinished) else 0.0 for w in whats]),
        is_save=np.array([isinstance(w, CodeSaved) and w.outside for w in whats], bool),
        begins=np.array([isinstance(w, begins) for w in whats], bool),
        passes=np.array([isinstance(w, ModulePassed) for w in whats], bool),
    )


def a_kind() -> st.SearchStrategy[What]:
    seconds = st.one_of(st.floats(0, 20), st.sampled_from([0.0, 15.0, -3.0, 700.0]))
    return st.one_of(
        seconds.map(lambda s: Activity(s, ActivitySource.INPUT)),
        seconds.map(lambda s: attempt(outcome("a", "failed"), seconds=s)),
        st.just(ModuleStarted()),
        st.just(HintShown(1)),
        st.just(passed()),
        st.booleans().map(lambda outside: CodeSaved("c", outside=outside)),
    )


@st.composite
def stories(draw: st.DrawFn) -> list[Event]:
    """Sessions that overlap, clocks that jump back, steps shorter and longer than every gap."""
    calendar, boot = 0.0, {name: draw(st.floats(-1000, 10_000)) for name in "xyz"}
    events = []
    for _ in range(draw(st.integers(1, 40))):
        step = draw(st.sampled_from([0.0, 1.0, 7.5, 15.0, 60.0, 299.0, 600.0, 1700.0, 5000.0]))
        session = draw(st.sampled_from("xyz"))
        calendar += draw(st.sampled_from([step, step, -200.0, 86_400.0]))
        boot[session] += step
        module = draw(st.sampled_from([None, *MODULES]))
        event = happened(boot[session], draw(a_kind()), module, session=session, calendar=calendar)
        events.append(event)
    return numbered(*events)


@given(stories())
def test_arrays_tell_what_the_events_tell_one_by_one(events: list[Event]) -> None:
    modules, total, elapsed = seconds_spent(arrays_of(events))
    for place, gap in enumerate(GAPS):
        spent = time_spent(events, gap)
        for code, name in enumerate(MODULES):
            expected = spent.of(name)
            if code not in modules:
                assert expected.total_active_seconds == 0
                continue
            assert modules[code].active[place] == pytest.approx(expected.active_seconds, abs=1e-4)
            assert modules[code].elapsed == pytest.approx(expected.elapsed_seconds, abs=1e-4)
    plain = time_spent(events)
    assert total == pytest.approx(plain.active_seconds, abs=1e-4)
    assert elapsed == pytest.approx(plain.elapsed_seconds, abs=1e-4)
    for code, name in enumerate(MODULES):
        if code in modules:
            found = modules[code].total_active
            assert found == pytest.approx(plain.of(name).total_active_seconds, abs=1e-4)


def test_the_first_claim_has_what_two_claim() -> None:
    begins, ends = np.array([0.0, 5.0, 2.0, 20.0]), np.array([4.0, 8.0, 10.0, 21.0])
    left, right, owner = first_claims(begins, ends)
    pieces = list(zip(left.tolist(), right.tolist(), owner.tolist(), strict=True))
    assert pieces == [(0, 2, 0), (2, 4, 0), (4, 5, 2), (5, 8, 1), (8, 10, 2), (20, 21, 3)]
