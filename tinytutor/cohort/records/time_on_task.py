"""Active time of many events at once, by the rule of `progress.active_time`.

The same figures as `time_spent` gives, on arrays instead of one event after the other: ten million
events take seconds. The tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tinytutor.progress.active_time import GAP_SECONDS, OTHER_GAPS, RUN_SECONDS, TICK_SECONDS

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Truths = NDArray[np.bool_]

GAPS = (GAP_SECONDS, *OTHER_GAPS)


@dataclass(frozen=True, slots=True)
class EventArrays:
    """The events of one student, in order; all arrays are of one length."""

    calendar: Floats
    """UTC seconds since 1970."""
    boot: Floats
    """Seconds since the machine started."""
    session: Whole
    """Any number that is the session's own."""
    module: Whole
    """Index of the module, -1 for none."""
    ticks: Floats
    """Seconds of an `Activity`, 0 for other kinds."""
    runs: Floats
    """Seconds of an `AttemptFinished`, 0 for other kinds."""
    is_save: Truths
    """Saved by an outside editor."""
    begins: Truths
    """A kind that can't come before the module's start."""
    passes: Truths
    """A pass of the module."""


@dataclass(frozen=True, slots=True)
class ModuleSeconds:
    """Time given to one module."""

    active: tuple[float, ...]
    """Active time to the first pass, for each of `GAPS`."""
    elapsed: float
    total_active: float
    """All active time, for the first of `GAPS`."""


def seconds_spent(events: EventArrays) -> tuple[Mapping[int, ModuleSeconds], float, float]:
    """By module index; then all active time and the elapsed time of the student."""
    moments = _moments(events)
    spans = {int(code): _span(events, moments, code) for code in np.unique(events.module)}
    # Only saves go by the gap; most students have none.
    gaps = GAPS if events.is_save.any() else GAPS[:1]
    by_gap = [_active(events, moments, spans, gap) for gap in gaps]
    by_gap += by_gap[:1] * (len(GAPS) - len(gaps))
    elapsed = float(moments[-1]) if len(moments) else 0.0
    total = min(sum(whole for _, whole in by_gap[0].values()), elapsed)
    modules = {
        code: ModuleSeconds(
            active=tuple(min(found[code][0], span.elapsed) for found in by_gap),
            elapsed=span.elapsed,
            total_active=by_gap[0][code][1],
        )
        for code, span in spans.items()
        if code >= 0
    }
    return modules, total, elapsed


def _moments(events: EventArrays) -> Floats:
    """Where each event lies on one axis of seconds that never goes back: see `Timeline`."""
    calendar, boot = events.calendar, events.boot
    _, first, codes = np.unique(events.session, return_index=True, return_inverse=True)
    offsets = np.zeros(len(first))
    moments = np.empty(len(boot))
    ends = [*sorted(first.tolist())[1:], len(boot)]
    now = 0.0
    for begin, end in zip(sorted(first.tolist()), ends, strict=True):
        since = max(0.0, calendar[begin] - calendar[begin - 1]) if begin else 0.0
        offsets[codes[begin]] = now + since - boot[begin]
        placed = np.maximum(offsets[codes[begin:end]] + boot[begin:end], now)
        moments[begin:end] = np.maximum.accumulate(placed)
        now = float(moments[end - 1])
    return moments


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a module's clock starts and stops."""

    started: float
    """Infinite where it never did."""
    started_index: int
    passed: float
    """Infinite where it hasn't passed."""
    elapsed: float


def _span(events: EventArrays, moments: Floats, code: int) -> _Span:
    own = np.flatnonzero(events.module == code)
    begins = own[events.begins[own]]
    passes = own[events.passes[own]]
    if code < 0 or not len(begins):
        return _Span(np.inf, len(moments), np.inf, 0.0)
    started = float(moments[begins[0]])
    passed = float(moments[passes[0]]) if len(passes) else np.inf
    end = passed if len(passes) else float(moments[own[-1]])
    return _Span(started, int(begins[0]), passed, end - started)


def _active(
    events: EventArrays, moments: Floats, spans: Mapping[int, _Span], gap: float
) -> dict[int, tuple[float, float]]:
    """Module index → seconds up to its first pass, and in all; what overlaps counts once."""
    lengths = np.minimum(events.ticks, TICK_SECONDS) + np.minimum(events.runs, RUN_SECONDS)
    saves = np.flatnonzero(events.is_save)
    between = np.diff(moments[saves])
    lengths[saves[1:]] = np.where(between <= gap, between, 0.0)
    claims = np.flatnonzero(lengths > 0)
    begins = np.maximum(0.0, moments[claims] - lengths[claims])
    ends = moments[claims]
    left, right, owner = first_claims(begins, ends)
    modules = events.module[claims][owner]
    found = {}
    for code, span in spans.items():
        mine = modules == code
        begin, end = left[mine], right[mine]
        counted = claims[owner[mine]] >= span.started_index
        inside = np.minimum(end, span.passed) - np.maximum(begin, span.started)
        active = float(np.maximum(inside[counted], 0.0).sum()) if counted.any() else 0.0
        found[code] = (active, float((end - begin).sum()))
    return found


def first_claims(begins: Floats, ends: Floats) -> tuple[Floats, Floats, Whole]:
    """Cuts what the claims cover into pieces, each with the first claim that covers it.

    `ends` never goes back.
    Returns begins and ends of the pieces, and the index of each piece's claim.
    """
    points = np.unique(np.concatenate([begins, ends]))
    if len(points) < 2:
        return np.empty(0), np.empty(0), np.empty(0, np.int64)
    changes = np.zeros(len(points), np.int64)
    np.add.at(changes, np.searchsorted(points, begins), 1)
    np.add.at(changes, np.searchsorted(points, ends), -1)
    covered = np.flatnonzero(np.cumsum(changes)[:-1] > 0)
    left, right = points[covered], points[covered + 1]
    owner = np.searchsorted(ends, right, side="left")
    # A later claim may reach further back than this one: on to the first that does.
    waiting = np.flatnonzero(begins[owner] > left)
    while len(waiting):
        owner[waiting] += 1
        waiting = waiting[begins[owner[waiting]] > left[waiting]]
    return left, right, owner.astype(np.int64)
