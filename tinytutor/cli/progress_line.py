"""The changing line while a check runs: which cell, how many are done, how long so far."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from tinytutor.cli.output import Output
from tinytutor.running.events import CellFinished, CellStarted, KernelReady, RunEvent

_STEP_SECONDS = 0.2


class ProgressLine:
    """Follows the events of one run."""

    def __init__(self, output: Output, tests_total: int = 0):
        self._output = output
        self._tests_total = tests_total
        self._tests_done = 0
        self._began = time.perf_counter()
        self._doing = "starting a clean kernel"

    def on_event(self, event: RunEvent) -> None:
        """Takes note of an event and shows it."""
        if isinstance(event, KernelReady):
            self._doing = "kernel ready"
        elif isinstance(event, CellStarted):
            self._doing = f"running {event.cell_id}"
        elif isinstance(event, CellFinished) and event.cell_id.startswith("test_"):
            self._tests_done += 1
        self.show()

    def show(self) -> None:
        """Draws the line as it is now."""
        seconds = time.perf_counter() - self._began
        self._output.status(f"{self._doing} · {self._tests_done} tests done · {seconds:.1f} s")

    @contextlib.asynccontextmanager
    async def ticking(self) -> AsyncIterator[None]:
        """Keeps the elapsed time moving while the body runs; takes the line away at its end."""
        ticker = asyncio.create_task(self._tick())
        try:
            yield
        finally:
            ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ticker
            self._output.clear_status()

    async def _tick(self) -> None:
        while True:
            self.show()
            await asyncio.sleep(_STEP_SECONDS)
