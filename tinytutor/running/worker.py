"""The child process that owns the kernels: jobs come in as lines of JSON, events go out as lines.

    {"folder": PATH}  where kernels work; comes first
    {"job": …}        runs it; the events follow, the last one is RunFinished
    {"prepare": MIB}  starts a kernel for the next job, unless one is waiting
    {"warm": MIB}     the same, and again after each job
    {"ahead": …}      runs the cells of a job that will come with more cells after them, unasked:
                      that job then begins where they end, in a kernel that nothing else has used
    {"ask": …}        asks the kernel that ran ahead; the answer is an event
    {"cancel": 1}     ends the running job and its kernel at once

The end of the input ends everything: a killed tutor leaves no kernel behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tinytutor.running.calibration import slowness
from tinytutor.running.events import (
    Answered,
    Job,
    Question,
    RunEvent,
    RunFinished,
    job_of_fields,
    to_line,
)
from tinytutor.running.folders import remove_folders_of, sweep_folders
from tinytutor.running.forking import TemplateProcess
from tinytutor.running.processes import end_strays

if TYPE_CHECKING:
    from tinytutor.running.execution import JobRun
    from tinytutor.running.kernel import Kernel


@dataclass(frozen=True, slots=True)
class _Ahead:
    """Cells that run, or ran, before anybody asked for them."""

    job: Job
    task: asyncio.Task[JobRun | None]
    """None: they did not end well, and no kernel was kept."""


class Worker:
    """Runs one job at a time and, if asked to, has the next kernel ready."""

    def __init__(
        self,
        emit: Callable[[RunEvent], None],
        template: TemplateProcess | None,
        *,
        boxed: bool = False,
    ):
        self._emit = emit
        self._template = template
        self._boxed = boxed
        self._warm_mib: int | None = None
        self._spare: asyncio.Task[Kernel] | None = None
        self._spare_mib = 0
        self._job: asyncio.Task[None] | None = None
        self._ahead: _Ahead | None = None
        self._endings: set[asyncio.Task[None]] = set()
        """Of kernels whose verdict is told already."""

    async def handle(self, request: dict[str, Any]) -> None:
        """Does what one line asks for."""
        if "folder" in request:
            os.chdir(request["folder"])
        elif "warm" in request:
            self._warm_mib = int(request["warm"])
            self._start_spare(self._warm_mib)
        elif "prepare" in request:
            self._start_spare(int(request["prepare"]))
        elif "job" in request:
            await self._end_job()
            self._job = asyncio.create_task(self._run(job_of_fields(request["job"])))
        elif "ahead" in request:
            await self._drop_ahead()
            job = job_of_fields(request["ahead"])
            self._ahead = _Ahead(job, asyncio.create_task(self._run_ahead(job)))
        elif "ask" in request:
            self._emit(Answered(tuple(await self._ask(Question(**request["ask"])))))
        elif "cancel" in request:
            await self._end_job()

    async def close(self) -> None:
        """Ends the running job, the waiting kernel and the template."""
        await self._end_job()
        await self._drop_ahead()
        await asyncio.gather(*self._endings, return_exceptions=True)
        spare, self._spare = self._spare, None
        if spare is not None:
            with contextlib.suppress(Exception, asyncio.CancelledError):
                await (await spare).kill()
        self._drop_template()

    async def _run(self, job: Job) -> None:
        try:
            run = await self._taken_ahead(job)
            job = await _on_this_machine(job)
            if run is not None:
                await run.go_on_with(job)
            else:
                run = self._new_run(job)
                await run.run()
            ending = asyncio.create_task(run.close())
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)
        except Exception as problem:
            self._emit(RunFinished(0.0, f"the run broke down: {problem!r}"))
        if self._warm_mib is not None:
            self._start_spare(self._warm_mib)

    def _new_run(self, job: Job) -> JobRun:
        # 110 ms that pass while the kernel starts
        from tinytutor.running.execution import JobRun  # noqa: PLC0415

        return JobRun(job, lambda: self._kernel(job.memory_mib), self._emit)

    async def _run_ahead(self, job: Job) -> JobRun | None:
        run = self._new_run(await _on_this_machine(job))
        is_sound = await run.run_ahead()
        if self._warm_mib is not None:
            self._start_spare(self._warm_mib)
        return run if is_sound else None

    async def _taken_ahead(self, job: Job) -> JobRun | None:
        """What ran ahead of a job, if it is this job's beginning; otherwise it stays."""
        ahead = self._ahead
        if ahead is None or not job.begins_with(ahead.job):
            return None
        self._ahead = None
        with contextlib.suppress(Exception):
            return await ahead.task
        return None

    async def _drop_ahead(self) -> None:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.task.cancel()
            with contextlib.suppress(Exception, asyncio.CancelledError):
                run = await ahead.task
                if run is not None:
                    await run.close()

    async def _ask(self, question: Question) -> list[str]:
        if self._ahead is None or not self._ahead.task.done():
            return []
        with contextlib.suppress(Exception):
            run = self._ahead.task.result()
            return await run.ask(question) if run is not None else []
        return []

    async def _end_job(self) -> None:
        job, self._job = self._job, None
        if job is not None and not job.done():
            job.cancel()
            await asyncio.gather(job, return_exceptions=True)
            if job.cancelled():  # perhaps before its first step
                self._emit(RunFinished(0.0, "cancelled"))

    async def _kernel(self, memory_mib: int) -> Kernel:
        spare, self._spare = self._spare, None
        if spare is not None and memory_mib == self._spare_mib:
            with contextlib.suppress(Exception):
                kernel = await spare
                if await kernel.is_alive():
                    return kernel
                await kernel.kill()
        elif spare is not None:
            await (await spare).kill()
        return await self._start_kernel(memory_mib)

    async def _start_kernel(self, memory_mib: int) -> Kernel:
        """A forked kernel, or an ordinary one where forking does not work."""
        from tinytutor.running.kernel import Kernel, KernelStartError  # noqa: PLC0415

        if self._template is not None:
            with contextlib.suppress(KernelStartError):
                return await Kernel.start(memory_mib, self._template, boxed=self._boxed)
            self._drop_template()
        return await Kernel.start(memory_mib, boxed=self._boxed)

    def _drop_template(self) -> None:
        template, self._template = self._template, None
        if template is not None:
            template.close()

    def _start_spare(self, memory_mib: int) -> None:
        if self._spare is None:
            self._spare_mib = memory_mib
            self._spare = asyncio.create_task(self._warm_kernel(memory_mib))
            # A failure is seen, and explained, when a job asks for its own kernel.
            self._spare.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _warm_kernel(self, memory_mib: int) -> Kernel:
        """A kernel that has done the slow imports; its namespace is clean."""
        kernel = await self._start_kernel(memory_mib)
        await kernel.client.execute_interactive("import numpy; del numpy", silent=True, timeout=60)
        return kernel


async def _on_this_machine(job: Job) -> Job:
    return job.on_machine(await asyncio.to_thread(slowness))


def run_worker(template: TemplateProcess | None, *, boxed: bool) -> None:
    """Serves until the input ends."""
    if sys.platform == "win32":
        # pyzmq needs add_reader, which the default loop of Windows lacks.
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    asyncio.run(_serve(template, boxed=boxed))


async def _serve(template: TemplateProcess | None, *, boxed: bool) -> None:
    loop = asyncio.get_running_loop()
    requests: asyncio.Queue[bytes] = asyncio.Queue()

    def read() -> None:
        # A thread, because a pipe can't be awaited on Windows.
        for line in sys.stdin.buffer:
            loop.call_soon_threadsafe(requests.put_nowait, line)
        loop.call_soon_threadsafe(requests.put_nowait, b"")

    threading.Thread(target=read, daemon=True).start()
    # Long imports, most of which pass while whoever started this worker imports as well.
    importlib.import_module("tinytutor.running.kernel")
    # Kernels must never write between our lines: keep the real output to ourselves.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", newline="\n")
    sys.stdout = sys.stderr

    def emit(event: RunEvent) -> None:
        with contextlib.suppress(BrokenPipeError):
            out.write(to_line(event) + "\n")
            out.flush()

    worker = Worker(emit, template, boxed=boxed)
    sweep_folders()
    try:
        while line := await requests.get():
            await worker.handle(json.loads(line))
    finally:
        await worker.close()
        end_strays(())
        remove_folders_of(os.getpid())
