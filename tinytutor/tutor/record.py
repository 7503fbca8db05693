"""What a workspace's store holds, read once and kept up to date."""

from __future__ import annotations

import threading

from tinytutor.progress.events import Event, Recorded
from tinytutor.progress.state import Progress, fold
from tinytutor.progress.store import ProgressStore


class Record:
    """The events of one student, and the progress that they come to. Any thread may ask."""

    def __init__(self, store: ProgressStore):
        self.store = store
        self._events: list[Event] = []
        self._progress = Progress()
        self._lock = threading.Lock()

    @property
    def progress(self) -> Progress:
        """The progress now, with what other programs have recorded meanwhile."""
        with self._lock:
            self._catch_up()
            return self._progress

    def events(self) -> list[Event]:
        """All events of the store, in order."""
        with self._lock:
            self._catch_up()
            return list(self._events)

    def add(
        self, what: Recorded, module_id: str | None = None, exercise_id: str | None = None
    ) -> None:
        """Stores that something happened now."""
        self.store.append(Event(what, module_id=module_id, exercise_id=exercise_id))

    def _catch_up(self) -> None:
        """Reads what is new in the store. The lock is held."""
        if self.store.last_sequence() > self._progress.last_sequence:
            new = self.store.events(self._progress.last_sequence)
            self._events.extend(new)
            self._progress = fold(new, self._progress)
