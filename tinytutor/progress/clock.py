"""The clocks of this room: the only place that asks what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime

# Counts on while the machine sleeps, which `monotonic` doesn't do on Linux.
_SINCE_BOOT: int | None = getattr(time, "CLOCK_BOOTTIME", None)


def utc_now() -> str:
    """The time as UTC in ISO 8601 with milliseconds: `2026-11-22T21:47:23.867Z`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def boot_seconds() -> float:
    """Seconds since the machine started, never backwards. Only differences within a boot count."""
    if _SINCE_BOOT is not None:
        return time.clock_gettime(_SINCE_BOOT)
    return time.monotonic()


def utc_seconds(text: str) -> float:
    """Seconds since 1970 of a time as `utc_now` writes it. Raises ValueError for any other text."""
    if not text.endswith("Z"):
        raise ValueError(f"{text!r} is not a UTC time that ends in Z")
    return datetime.fromisoformat(text).timestamp()
