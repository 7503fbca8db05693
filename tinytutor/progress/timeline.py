"""Puts events on one axis of time, and keeps what was counted from being counted twice."""

from __future__ import annotations

from collections import deque

from tinytutor.progress.clock import utc_seconds
from tinytutor.progress.events import Event


class Timeline:
    """One axis in seconds from the first event, on which events never go back.

    The order is that of the log. Within a session the clock since boot tells how far apart two
    events are; from one session to the next the calendar does, as there may have been a reboot
    between. A calendar that was set back counts as no time at all.
    """

    def __init__(self) -> None:
        self._now = 0.0
        self._calendar: float | None = None
        self._starts: dict[str, float] = {}

    def place(self, event: Event) -> float:
        """Where the event lies, in seconds; events must come in the order of their sequence."""
        calendar = utc_seconds(event.at)
        start = self._starts.get(event.session)
        if start is None:
            since = 0.0 if self._calendar is None else max(0.0, calendar - self._calendar)
            moment = self._now + since
            self._starts[event.session] = moment - event.boot_seconds
        else:
            moment = max(self._now, start + event.boot_seconds)
        self._now, self._calendar = moment, calendar
        return moment


class Coverage:
    """The stretches of an axis that were counted already; new claims count only where none lies."""

    def __init__(self, reach: float):
        self._reach = reach
        self._covered: deque[tuple[float, float]] = deque()

    def claim(self, begin: float, end: float) -> list[tuple[float, float]]:
        """Counts the stretch; returns the parts of it that were not counted before.

        `end` must not be before that of any earlier claim, and no claim may be longer than `reach`:
        so only what lies within `reach` is remembered.
        """
        fresh: list[tuple[float, float]] = []
        start, cursor = begin, end
        while self._covered and self._covered[-1][1] > begin:
            covered_begin, covered_end = self._covered.pop()
            if covered_end < cursor:
                fresh.append((covered_end, cursor))
            cursor = covered_begin
            start = min(start, covered_begin)
        if begin < cursor:
            fresh.append((begin, cursor))
        self._covered.append((start, end))
        while self._covered[0][1] < end - self._reach:
            self._covered.popleft()
        return fresh
