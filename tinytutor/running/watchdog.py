"""Watches a kernel while a cell runs: sees its end, and that it keeps within its limits."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from tinytutor.running.kernel import Kernel
from tinytutor.running.limits import FOLDER_MIB, MOST_FILES, CellLimits, breach, cause_of_death

_PAUSE_SECONDS = 0.05
_FOLDER_SECONDS = 0.5


async def watch(kernel: Kernel, limits: CellLimits) -> str:
    """Returns when the kernel has ended, or exceeds a limit: why, in words for the verdict."""
    before = kernel.usage().cpu_seconds
    look_at_folder = time.monotonic() + _FOLDER_SECONDS
    while await kernel.is_alive():
        used = kernel.usage()
        used = replace(used, cpu_seconds=used.cpu_seconds - before)
        if breach(used, limits) is not None:
            # Forked processes share most of their memory: only a slow look counts it once.
            used = replace(used, memory_bytes=kernel.memory_shared_out())
            reason = breach(used, limits)
            if reason is not None:
                return reason
        if time.monotonic() >= look_at_folder:
            look_at_folder = time.monotonic() + _FOLDER_SECONDS
            if await asyncio.to_thread(kernel.folder_is_full):
                return f"killed: disk limit of {FOLDER_MIB} MiB, or {MOST_FILES} files"
        await asyncio.sleep(_PAUSE_SECONDS)
    return cause_of_death(kernel.exit_code)
