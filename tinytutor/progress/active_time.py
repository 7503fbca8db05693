"""Measures the time that a student worked, by a stated rule, instead of guessing it.

The rule: a tick of up to 15 s counts while there was input within the last 2 minutes or a cell runs
(`ActivityMeter` decides that while it happens). Work in an outside editor counts through saves: the
gap between two saves counts if it is at most θ, 10 minutes. A finished attempt counts the seconds
that it ran. What overlaps, two sessions side by side or ticks between saves, counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tinytutor.progress.clock import boot_seconds
from tinytutor.progress.events import (
    Activity,
    ActivitySource,
    AttemptFinished,
    CodeSaved,
    Event,
    ModulePassed,
    ModuleStarted,
    What,
)
from tinytutor.progress.timeline import Coverage, Timeline

TICK_SECONDS = 15.0
"""The most that one `Activity` event counts."""
INPUT_SECONDS = 120.0
"""How long after an input a student counts as active."""
GAP_SECONDS = 600.0
"""θ: the longest gap between two saves that counts."""
OTHER_GAPS = (300.0, 1_800.0)
"""The θ whose results are reported beside, to show how much hangs on the choice."""
RUN_SECONDS = 600.0
"""The most that one attempt counts, whatever it says."""


@dataclass(frozen=True, slots=True)
class ModuleTime:
    """Time given to one module, in seconds."""

    active_seconds: float = 0.0
    """Active time from its start to its first pass, to its last event while it hasn't passed."""
    elapsed_seconds: float = 0.0
    """Time on the clock between the same two moments. Never less than the active time."""
    total_active_seconds: float = 0.0
    """All active time, also before the start (reading) and after the pass."""


@dataclass(frozen=True, slots=True)
class TimeSpent:
    """Time given to a course, in seconds."""

    modules: Mapping[str, ModuleTime]
    """By module id."""
    active_seconds: float
    """All active time, whatever the place."""
    elapsed_seconds: float
    """From the first event to the last."""
    gap_seconds: float
    """The θ that was used."""
    days: Mapping[str, float] = field(default_factory=dict)
    """UTC date in ISO form → active time."""

    def of(self, module_id: str) -> ModuleTime:
        """The time given to the module, zero where there is none."""
        return self.modules.get(module_id, _NO_TIME)


_NO_TIME = ModuleTime()


@dataclass(slots=True)
class _Account:
    """A module's time while it is added up; moments are on the axis of `Timeline`."""

    started: float | None = None
    passed: float | None = None
    last: float = 0.0
    active: float = 0.0
    total: float = 0.0

    def add(self, begin: float, end: float) -> None:
        self.total += end - begin
        if self.started is not None:
            until = end if self.passed is None else min(end, self.passed)
            self.active += max(0.0, until - max(begin, self.started))

    def time(self) -> ModuleTime:
        if self.started is None:
            return ModuleTime(total_active_seconds=self.total)
        end = self.last if self.passed is None else self.passed
        elapsed = end - self.started
        # The sum of many parts may exceed the whole in the last digit.
        return ModuleTime(min(self.active, elapsed), elapsed, self.total)


def time_spent(events: Iterable[Event], gap_seconds: float = GAP_SECONDS) -> TimeSpent:
    """The time that the events of one workspace, in the order of their sequence, tell of."""
    timeline = Timeline()
    coverage = Coverage(reach=max(gap_seconds, RUN_SECONDS, TICK_SECONDS))
    accounts: dict[str, _Account] = {}
    nowhere = _Account()
    last_save: float | None = None
    days: dict[str, float] = {}
    moment = 0.0
    for event in events:
        moment = timeline.place(event)
        account = nowhere
        if event.module_id is not None:
            account = accounts.setdefault(event.module_id, _Account())
            account.last = moment
            if account.started is None and isinstance(event.what, _BEGINNINGS):
                account.started = moment
        length = _claimed_seconds(event.what)
        if isinstance(event.what, CodeSaved) and event.what.outside:
            if last_save is not None and moment - last_save <= gap_seconds:
                length = moment - last_save
            last_save = moment
        for begin, end in coverage.claim(max(0.0, moment - length), moment) if length > 0 else ():
            account.add(begin, end)
            day = event.at[:10]
            days[day] = days.get(day, 0.0) + end - begin
        if isinstance(event.what, ModulePassed) and account.passed is None:
            account.passed = moment
    total = nowhere.total + sum(account.total for account in accounts.values())
    return TimeSpent(
        modules={module_id: account.time() for module_id, account in accounts.items()},
        active_seconds=min(total, moment),
        elapsed_seconds=moment,
        gap_seconds=gap_seconds,
        days=days,
    )


_BEGINNINGS = (ModuleStarted, CodeSaved, AttemptFinished, ModulePassed)
"""Kinds that can't come before the module's start, in case the start itself was lost."""


def _claimed_seconds(what: What) -> float:
    """How many of the seconds before it an event claims for itself; saves claim by their gap."""
    if isinstance(what, Activity):
        return min(what.seconds, TICK_SECONDS)
    if isinstance(what, AttemptFinished):
        return min(what.seconds, RUN_SECONDS)
    return 0.0


class ActivityMeter:
    """Decides while it happens what is active time. The caller asks `poll` about once a second."""

    def __init__(self, clock: Callable[[], float] = boot_seconds):
        self._clock = clock
        self._seen = clock()
        self._active_until = self._seen
        self._source = ActivitySource.INPUT
        self._runs = 0
        self._pending: dict[ActivitySource, float] = {}

    @property
    def paused(self) -> bool:
        """Whether no time counts now: no input for 2 minutes and no cell running."""
        return not self._runs and self._clock() >= self._active_until

    def input(self, source: ActivitySource = ActivitySource.INPUT) -> None:
        """A key, the mouse or, where an outside editor is watched, a save."""
        self._settle()
        self._source = source
        self._active_until = self._seen + INPUT_SECONDS

    def run_started(self) -> None:
        """A cell begins to run; calls nest."""
        self._settle()
        self._runs += 1

    def run_ended(self) -> None:
        """A cell has ended."""
        self._settle()
        self._runs = max(0, self._runs - 1)

    def poll(self, place: str = "") -> Activity | None:
        """What to append now: a full tick, or what is left when a pause begins. Else None."""
        self._settle()
        is_due = self.paused or sum(self._pending.values()) >= TICK_SECONDS
        return self.take(place) if is_due else None

    def take(self, place: str = "") -> Activity | None:
        """What was counted and not yet handed out, for when the place changes or the app ends."""
        self._settle()
        if not self._pending:
            return None
        seconds = sum(self._pending.values())
        source = max(self._pending, key=self._pending.__getitem__)
        rest = seconds - TICK_SECONDS
        self._pending = {source: rest} if rest > 0 else {}
        return Activity(min(seconds, TICK_SECONDS), source, place)

    def _settle(self) -> None:
        """Counts the time since the last call, at most a tick: beyond it the machine was asleep."""
        now = self._clock()
        step = min(max(0.0, now - self._seen), TICK_SECONDS)
        source = ActivitySource.RUN if self._runs else self._source
        if not self._runs:
            step = min(step, max(0.0, self._active_until - self._seen))
        if step:
            self._pending[source] = self._pending.get(source, 0.0) + step
        self._seen = now
