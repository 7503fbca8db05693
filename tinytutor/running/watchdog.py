"""Watches a kernel while a cell runs: sees its end, and that it keeps within its limits."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from tinytutor.running.kernel import Kernel
from tinytutor.running.limits import FOLDER_MIB, MOST_FILES, CellLimits, breach, cause_of_death

_FIRST_SECONDS = 0.01
_PAUSE_SECONDS = 0.05
_FOLDER_SECONDS = 0.5


class Watchdog:
    """Of one cell, from its start on."""

    def __init__(self, kernel: Kernel, limits: CellLimits):
        self._kernel = kernel
        self._limits = limits
        self._cpu_before = kernel.usage().cpu_seconds

    async def watch(self) -> str:
        """Returns when the kernel has ended or exceeds a limit: why, in words for the verdict."""
        look_at_folder = time.monotonic() + _FOLDER_SECONDS
        # Most cells are over before the first look; the one at their end sees what they did.
        await asyncio.sleep(_FIRST_SECONDS)
        while await self._kernel.is_alive():
            reason = self.breach()
            if reason is not None:
                return reason
            if time.monotonic() >= look_at_folder:
                if await asyncio.to_thread(self._kernel.folder_is_full):
                    return f"killed: disk limit of {FOLDER_MIB} MiB, or {MOST_FILES} files"
                look_at_folder = time.monotonic() + _FOLDER_SECONDS
            await asyncio.sleep(_PAUSE_SECONDS)
        return cause_of_death(self._kernel.exit_code)

    def breach(self) -> str | None:
        """The limit that is exceeded now, in words, None if none is."""
        used = self._kernel.usage()
        used = replace(used, cpu_seconds=used.cpu_seconds - self._cpu_before)
        if breach(used, self._limits) is None:
            return None
        # Forked processes share most of their memory: only a slow look counts it once.
        used = replace(used, memory_bytes=self._kernel.memory_shared_out())
        return breach(used, self._limits)
