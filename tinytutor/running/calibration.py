"""How much slower this machine is than the one that the course's limits of time were set on."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import time
from functools import cache
from pathlib import Path

from tinytutor.files import write_whole

OVERRIDE = "TINYTUTOR_SLOWNESS"
"""Set in the environment, it is taken for the factor: 2 gives every cell twice its time."""
AUTHOR_SECONDS = 0.027
"""What `_work` takes on the machine of the course's limits; the best of several runs."""
SLOWEST = 8.0
_RUNS = 5


@cache
def slowness() -> float:
    """From 1 (as fast as the author's, or faster) to 8. Measured once, then remembered."""
    with contextlib.suppress(ValueError):
        return _bounded(float(os.environ.get(OVERRIDE, "")) * AUTHOR_SECONDS)
    kept = _place()
    machine = [platform.node(), platform.machine(), platform.python_version()]
    try:
        known = json.loads(kept.read_text("utf-8"))
        if known["machine"] == machine:
            return _bounded(float(known["seconds"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    seconds = min(_measured() for _ in range(_RUNS))
    # A home that can't be written: it is measured again next time.
    with contextlib.suppress(OSError):
        write_whole(kept, json.dumps({"machine": machine, "seconds": seconds}), synced=False)
    return _bounded(seconds)


def _bounded(seconds: float) -> float:
    return min(max(seconds / AUTHOR_SECONDS, 1.0), SLOWEST)


def _measured() -> float:
    # CPU time: what else the machine is doing at this moment says nothing about it.
    began = time.thread_time()
    _work()
    return time.thread_time() - began


def _work() -> int:
    """The same steps each time: calls, integers, a dictionary, as in the code of lessons."""
    counts: dict[int, int] = {}
    value = 1
    for _ in range(60_000):
        value = value * 1_103_515_245 + 12_345 & 0x7FFFFFFF
        counts[value % 97] = counts.get(value % 97, 0) + 1
    return len(counts)


def _place() -> Path:
    import platformdirs  # noqa: PLC0415  10 ms

    return Path(platformdirs.user_cache_dir("tinytutor", appauthor=False)) / "machine.json"
