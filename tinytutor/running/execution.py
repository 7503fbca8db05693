"""Runs the cells of one job through nbclient, with a watchdog that also ends what ignores it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

from nbclient.exceptions import DeadKernelError

from tinytutor.running.asking import ask_kernel
from tinytutor.running.cell_client import CellClient, Emit, FloodError, Reply
from tinytutor.running.events import (
    CellError,
    CellFinished,
    CellStarted,
    CellStatus,
    Job,
    KernelReady,
    Question,
    RunCell,
    RunEvent,
    RunFinished,
)
from tinytutor.running.kernel import Kernel, KernelStartError
from tinytutor.running.limits import CORES, CellLimits
from tinytutor.running.watchdog import Watchdog

StartKernel = Callable[[], Awaitable[Kernel]]

GRACE_SECONDS = 1.0
"""Between the interrupt and the end of the kernel's process group."""
MOST_KERNELS = 6
"""A notebook that kills more kernels than this is given up."""


class JobRun:
    """One job, from its first kernel to its last event."""

    def __init__(self, job: Job, start_kernel: StartKernel, emit: Emit):
        self._job = job
        self._start_kernel = start_kernel
        self._emit = emit
        self._kernel: Kernel | None = None
        self._client: CellClient | None = None
        self._kernels_used = 0
        self._cells_done = 0
        self._seconds_used = 0.0
        self._ahead: list[RunEvent] | None = None
        """What happened while it ran ahead of the request; None once that has been told."""
        self._ran: list[RunCell] = []
        """Cells without tests that ended well: they are run again in a new kernel."""

    async def run(self) -> None:
        """Runs every cell, whatever the others do, and emits what happens.

        A kernel that the verdict does not wait for is ended by `close`.
        """
        fault = None
        try:
            if self._kernel is None:
                await self._new_kernel()
            fault = await self._run_cells()
        except KernelStartError as problem:
            fault = str(problem)
        except BaseException:
            # Shielded: a cancelled run must not leave its kernel behind.
            await self.close()
            raise
        if not self._job.verdict_first:
            await self.close()
        self._emit(RunFinished(self._seconds_used, fault))

    async def run_ahead(self) -> bool:
        """Runs the cells of a job that will come with more cells after them; keeps the kernel.

        False, and no kernel is kept, where a cell ended its kernel or met its limit: the job
        itself must show that.
        """
        emit, events = self._emit, list[RunEvent]()
        self._emit = events.append
        try:
            await self._new_kernel()
            await self._run_cells()
        except BaseException:
            await self.close()
            raise
        self._emit, self._ahead = emit, events
        done = [event for event in events if isinstance(event, CellFinished)]
        spoilt = any(event.status in (CellStatus.DIED, CellStatus.TIMED_OUT) for event in done)
        is_sound = not spoilt and len(done) == len(self._job.cells)
        if not is_sound:
            await self._end_kernel()
        return is_sound

    async def go_on_with(self, job: Job) -> None:
        """Runs the rest of a job whose beginning ran ahead; emits the events of all of it."""
        self._job = job
        ahead, self._ahead = self._ahead or [], None
        for event in ahead:
            self._emit(event)
        await self.run()

    async def _run_cells(self) -> str | None:
        """Runs the cells that have not run; what keeps it from doing so, if anything does."""
        for cell in self._job.cells[self._cells_done :]:
            left = self._job.seconds - self._seconds_used
            if left <= 0:
                return f"the whole run took longer than its limit of {self._job.seconds:.3g} s"
            began = time.monotonic()
            await self._run_cell(cell, min(cell.seconds, left))
            self._seconds_used += time.monotonic() - began
            self._cells_done += 1
        return None

    async def close(self) -> None:
        """Ends the kernel, if there still is one."""
        await asyncio.shield(self._end_kernel())

    async def ask(self, question: Question) -> list[str]:
        """What the kernel that ran ahead knows of the names in a piece of code."""
        if self._kernel is None:
            return []
        return await ask_kernel(self._kernel.client, question)

    async def _run_cell(self, cell: RunCell, seconds: float) -> None:
        self._emit(CellStarted(cell.id))
        began = time.monotonic()
        reply = await self._execute(cell, seconds)
        status = reply.status
        spent = time.monotonic() - began
        self._emit(CellFinished(cell.id, status, spent, reply.error, reply.answer))
        usable = status is not CellStatus.DIED and await self._usable()
        if status is CellStatus.OK and usable and not cell.is_apart:
            self._ran.append(cell)
        if not usable:
            await self._replace_kernel()

    async def _execute(self, cell: RunCell, seconds: float) -> Reply:
        """Runs one cell; interrupts it at its limit, and kills the kernel if that doesn't help."""
        assert self._kernel is not None
        assert self._client is not None
        job = self._job
        limits = CellLimits(job.memory_mib, CORES * cell.seconds, job.processes)
        watchdog = Watchdog(self._kernel, limits)
        running = asyncio.ensure_future(self._client.run(cell, job.output_bytes, job.messages))
        death = asyncio.ensure_future(watchdog.watch())
        try:
            await asyncio.wait(
                {running, death}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            timed_out = not running.done() and not death.done()
            if timed_out:
                await self._kernel.interrupt()
                await asyncio.wait(
                    {running, death}, timeout=GRACE_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
            if timed_out:
                if not running.done():
                    await self._kernel.kill()
                words = self._timeout_words(cell, seconds)
                return Reply(CellStatus.TIMED_OUT, CellError("Timeout", words))
            cause = None
            if running.done():
                # What it has started may be too much for the cells that follow.
                cause = watchdog.breach()
                if cause is None:
                    with contextlib.suppress(DeadKernelError):
                        return await self._result(running)
            if cause is None:
                cause = await death
            await self._kernel.kill()
            return Reply(CellStatus.DIED, CellError("KernelDied", cause))
        finally:
            for task in (running, death):
                task.cancel()
            await asyncio.gather(running, death, return_exceptions=True)

    async def _result(self, running: asyncio.Future[Reply]) -> Reply:
        """What a cell came to; a kernel that misbehaved is ended, and its next words unheard."""
        assert self._kernel is not None
        try:
            return running.result()
        except DeadKernelError:
            raise
        except FloodError as flood:
            cause = str(flood)
        except Exception as problem:
            # Student code can send anything under the kernel's name.
            cause = f"killed: the kernel sent what is no message of a kernel ({problem!r:.200})"
        await self._kernel.kill()
        return Reply(CellStatus.DIED, CellError("KernelDied", cause))

    def _timeout_words(self, cell: RunCell, seconds: float) -> str:
        slowness = self._job.slowness
        whose = "a cell" if seconds >= cell.seconds else "the whole run, less what went before,"
        words = f"still running after {seconds:.3g} s, the limit of {whose}"
        if slowness <= 1:
            return words
        return f"{words} on this machine, which is {slowness:.1f} times slower than the author's"

    async def _usable(self) -> bool:
        assert self._client is not None
        assert self._kernel is not None
        return not self._client.asked_to_exit and await self._kernel.is_alive()

    async def _new_kernel(self) -> None:
        began = time.monotonic()
        self._kernels_used += 1
        self._kernel = await self._start_kernel()
        self._client = CellClient(self._kernel, self._tell)
        self._emit(KernelReady(self._kernel.pid, time.monotonic() - began))

    def _tell(self, event: RunEvent) -> None:
        """To whoever listens now: what ran ahead has another listener at first."""
        self._emit(event)

    async def _replace_kernel(self) -> None:
        """A new kernel in the state of the old one before the cell that ended it."""
        await self._end_kernel()
        if self._kernels_used >= MOST_KERNELS:
            raise KernelStartError(f"{MOST_KERNELS} kernels were ended by cells of this notebook")
        await self._new_kernel()
        assert self._client is not None
        with self._client.silent():
            for cell in self._ran:
                await self._execute(cell, cell.seconds)

    async def _end_kernel(self) -> None:
        kernel, self._kernel = self._kernel, None
        if kernel is not None:
            await kernel.kill()
