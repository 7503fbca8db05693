"""The slow, plain way from bundles to figures: one student after the other, event by event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from tinytutor.cohort.bundles.reading import event_lines, read_bundle
from tinytutor.cohort.records.inbox import Inbox
from tinytutor.curriculum import Course
from tinytutor.progress.event_json import EventError, from_line
from tinytutor.progress.events import Event
from tinytutor.progress.metrics import Metrics, measure


def events_by_student(inbox: Inbox, course: Course) -> dict[str, list[Event]]:
    """Each student's events from all bundles, each once, in order."""
    found: dict[str, dict[str, Event]] = {}
    for incoming in inbox.incoming:
        bundle = read_bundle(incoming.path, course)
        mine = found.setdefault(incoming.student, {})
        if bundle.events is None:
            continue
        for event in _readable(event_lines(bundle.events).text):
            mine.setdefault(event.event_id, event)
    return {
        student: [
            replace(event, sequence=place)
            for place, event in enumerate(
                sorted(events.values(), key=lambda e: (e.sequence, e.event_id)), 1
            )
        ]
        for student, events in found.items()
    }


def _readable(text: bytes) -> Iterator[Event]:
    now = datetime.now(UTC).isoformat()
    for line in text.splitlines():
        try:
            event = from_line(line)
        except EventError:
            continue
        if event.at < now:
            yield event


def metrics_by_student(inbox: Inbox, course: Course) -> dict[str, Metrics]:
    return {
        student: measure(course, events)
        for student, events in events_by_student(inbox, course).items()
    }


def parsed(line: bytes) -> dict[str, object]:
    """A line as JSON, for tests that change one."""
    found: dict[str, object] = json.loads(line)
    return found
