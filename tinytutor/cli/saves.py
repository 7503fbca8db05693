"""Notices when files are saved: by what the system reports, or by looking."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from pathlib import Path

SETTLE_SECONDS = 0.1
"""A save is over when nothing was written for this long."""
_LONGEST_SAVE_SECONDS = 1.6
_POLL_SECONDS = 0.5


async def reported_saves(paths: Collection[Path]) -> AsyncIterator[set[Path]]:
    """Saves of files of one folder, as the system reports them."""
    from watchfiles import awatch  # noqa: PLC0415  anyio, 60 ms

    async for changes in awatch(
        next(iter(paths)).parent,
        watch_filter=lambda _, name: Path(name) in paths,
        step=round(SETTLE_SECONDS * 1000),
        debounce=round(_LONGEST_SAVE_SECONDS * 1000),
        recursive=False,
    ):
        yield {Path(name) for _, name in changes}


async def polled_saves(paths: Collection[Path]) -> AsyncIterator[set[Path]]:
    """Saves, found by looking twice a second.

    Not by the polling of watchfiles: it compares whole seconds, and misses the second of two saves.
    """
    before = {path: _stamp(path) for path in paths}
    while True:
        await asyncio.sleep(_POLL_SECONDS)
        saved = {path for path in paths if _stamp(path) != before[path]}
        if not saved:
            continue
        last = None
        while (now := {path: _stamp(path) for path in paths}) != last:
            last = now
            await asyncio.sleep(SETTLE_SECONDS)
        before = now
        yield saved


def _stamp(path: Path) -> tuple[int, int] | None:
    """What changes with every save; None where the file is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
