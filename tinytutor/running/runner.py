"""The tutor's side of a run: starts the worker, hands it a job, passes its events on, cancels."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

from tinytutor.notebooks.assembly import Assembly
from tinytutor.notebooks.lesson import CellKind
from tinytutor.running.early_worker import launch
from tinytutor.running.events import (
    Answered,
    Job,
    KernelReady,
    Question,
    RunCell,
    RunEvent,
    RunFinished,
    from_line,
)
from tinytutor.running.worker_process import WorkerProcess, start

_CANCEL_SECONDS = 2.0


def job_of(assembly: Assembly) -> Job:
    """The job that runs an assembly within its limits."""
    limits = assembly.limits
    return Job(
        cells=tuple(
            RunCell(cell.id, cell.source, limits.cell_seconds, cell.kind is CellKind.TEST)
            for cell in assembly.cells
        ),
        seconds=limits.notebook_seconds,
        memory_mib=limits.memory_mib,
        output_bytes=limits.output_kib * 1024,
    )


class Runner:
    """Owns one worker process, started when first needed. One job at a time."""

    def __init__(self, folder: Path, *, sandbox: bool = False):
        """A runner whose kernels work in `folder`.

        Args:
            folder: the job's own; in a box the only one that can be written. Where root runs
                this, it is given to the user nobody (see `give_to_box`).
            sandbox: whether every kernel is boxed. Ask `sandbox_support` before.
        """
        self._folder = folder
        self._sandbox = sandbox
        self._options = ("--sandbox",) if sandbox else ()
        self._early: subprocess.Popen[bytes] | None = None
        self._worker: WorkerProcess | None = None
        self._kernel_pid = 0
        self._busy = asyncio.Lock()

    def start_early(self) -> None:
        """Lets the worker import what it needs before anything is asked of it."""
        self._early = launch(*self._options)

    async def warm_up(self, memory_mib: int) -> None:
        """Starts the worker and lets it keep a kernel ready."""
        await self._send({"warm": memory_mib})

    async def prepare(self, memory_mib: int) -> None:
        """Lets a kernel start for the coming job while its cells are still put together."""
        await self._send({"prepare": memory_mib})

    async def run_ahead(self, job: Job) -> None:
        """Lets the cells of a job run that will come with more cells after them.

        Returns at once. That job then begins where they end.
        """
        await self._send({"ahead": asdict(job)})

    async def ask(self, question: Question) -> tuple[str, ...]:
        """What the kernel that ran ahead answers; empty where there is none, or a job runs."""
        if self._busy.locked() or self._worker is None:
            return ()
        # Shielded: an answer that nobody waits for any more must not stay in the pipe.
        return await asyncio.shield(asyncio.ensure_future(self._asked(question)))

    async def _asked(self, question: Question) -> tuple[str, ...]:
        async with self._busy:
            await self._send({"ask": asdict(question)})
            assert self._worker is not None
            assert self._worker.stdout is not None
            while line := await self._worker.stdout.readline():
                event = from_line(line)
                if isinstance(event, Answered):
                    return event.texts
        return ()

    async def run(self, job: Job) -> AsyncIterator[RunEvent]:
        """Runs a job in a clean kernel and yields its events; the last one is RunFinished.

        Closing the iterator early, or cancelling its task, ends the run and its kernel.
        """
        async with self._busy:
            finished = False
            try:
                if self._sandbox:
                    # 20 ms, and a student's own code is never boxed
                    from tinytutor.running.sandbox.support import give_to_box  # noqa: PLC0415

                    await asyncio.to_thread(give_to_box, self._folder)
                await self._send({"job": asdict(job)})
                assert self._worker is not None
                assert self._worker.stdout is not None
                while not finished:
                    line = await self._worker.stdout.readline()
                    event = from_line(line) if line else RunFinished(0.0, _WORKER_ENDED)
                    if isinstance(event, KernelReady):
                        self._kernel_pid = event.pid
                    finished = isinstance(event, RunFinished)
                    if not line:
                        await self._end_worker()
                    yield event
            finally:
                if not finished:
                    ending = asyncio.ensure_future(self._cancel_job())
                    try:
                        await asyncio.shield(ending)
                    except asyncio.CancelledError:
                        # Cancelled again: the next run must not read beside it.
                        await ending
                        raise

    async def close(self) -> None:
        """Ends the worker and with it every kernel."""
        if self._early is not None:
            with self._early as unused:
                unused.kill()
            self._early = None
        worker = self._worker
        if worker is not None and worker.stdin is not None:
            worker.stdin.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(worker.wait(), _CANCEL_SECONDS)
        await self._end_worker()

    async def _cancel_job(self) -> None:
        """Asks the worker first, so that its waiting kernel survives; kills it if it won't."""
        worker = self._worker
        if worker is None or worker.stdout is None:
            return
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(_CANCEL_SECONDS):
                await self._send({"cancel": 1})
                while line := await worker.stdout.readline():
                    if isinstance(from_line(line), RunFinished):
                        return
        await self._end_worker()

    async def _send(self, request: dict[str, object]) -> None:
        if self._worker is None or self._worker.returncode is not None:
            early, self._early = self._early, None
            self._worker = await start(*self._options, early=early)
            await self._send({"folder": str(self._folder)})
        assert self._worker.stdin is not None
        self._worker.stdin.write(json.dumps(request).encode() + b"\n")
        await self._worker.stdin.drain()

    async def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        for pid in (worker.pid, self._kernel_pid):
            if pid:
                _kill_group(pid)
        with contextlib.suppress(ProcessLookupError):
            worker.kill()
        await worker.wait()


_WORKER_ENDED = (
    "the process that runs notebooks ended: try again; if it happens again, `tinytutor doctor`"
)


def _kill_group(pid: int) -> None:
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
