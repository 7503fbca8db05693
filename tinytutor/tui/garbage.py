"""Looks for garbage while nobody types: a look at everything takes 20 to 50 ms, and a key waits."""

from __future__ import annotations

import gc
import time

QUIET_SECONDS = 2.0
"""Without a key for this long, the next one will not come in the middle of a look."""
_ENOUGH = 10
"""Looks at what is young, after which one at everything is due; Python's own rule, too."""
_TOO_MANY = 500
"""From here on it can't wait for a pause."""
_NEVER = 1_000_000


class QuietCollector:
    """Garbage collection of the running app. Does nothing before `begin`."""

    def __init__(self) -> None:
        self._heard = time.monotonic()
        self._has_begun = False

    def begin(self) -> None:
        """From now on; what is there stays and is never looked at."""
        gc.freeze()
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, _NEVER)
        gc.enable()
        self._has_begun = True

    def heard(self) -> None:
        """A key, or the mouse."""
        self._heard = time.monotonic()

    def tick(self) -> None:
        """Looks, if that is due and disturbs nobody; the app calls it about once a second."""
        if not self._has_begun:
            return
        waiting = gc.get_count()[2]
        is_quiet = time.monotonic() - self._heard >= QUIET_SECONDS
        if waiting >= _TOO_MANY or (waiting >= _ENOUGH and is_quiet):
            gc.collect()
