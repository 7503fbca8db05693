"""The child process that owns the kernels: jobs come in as lines of JSON, events go out as lines.

    {"job": …}        runs it; the events follow, the last one is RunFinished
    {"prepare": MIB}  starts a kernel for the next job, unless one is waiting
    {"warm": MIB}     the same, and again after each job
    {"cancel": 1}     ends the running job and its kernel at once

The end of the input ends everything: a killed tutor leaves no kernel behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tinytutor.running.calibration import slowness
from tinytutor.running.events import Job, RunEvent, RunFinished, job_from_line, to_line
from tinytutor.running.folders import remove_folders_of, sweep_folders
from tinytutor.running.forking import TemplateProcess, start_template
from tinytutor.running.process import kernel_environment
from tinytutor.running.processes import adopt_orphans, end_strays
from tinytutor.running.sandbox.box import clean_environment

if TYPE_CHECKING:
    from tinytutor.running.kernel import Kernel


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

    async def handle(self, request: dict[str, Any]) -> None:
        """Does what one line asks for."""
        if "warm" in request:
            self._warm_mib = int(request["warm"])
            self._start_spare(self._warm_mib)
        elif "prepare" in request:
            self._start_spare(int(request["prepare"]))
        elif "job" in request:
            await self._end_job()
            self._job = asyncio.create_task(self._run(job_from_line(json.dumps(request["job"]))))
        elif "cancel" in request:
            await self._end_job()

    async def close(self) -> None:
        """Ends the running job, the waiting kernel and the template."""
        await self._end_job()
        spare, self._spare = self._spare, None
        if spare is not None:
            with contextlib.suppress(Exception, asyncio.CancelledError):
                await (await spare).kill()
        self._drop_template()

    async def _run(self, job: Job) -> None:
        # 110 ms that pass while the kernel starts
        from tinytutor.running.execution import JobRun  # noqa: PLC0415

        try:
            job = job.on_machine(await asyncio.to_thread(slowness))
            await JobRun(job, lambda: self._kernel(job.memory_mib), self._emit).run()
        except asyncio.CancelledError:
            self._emit(RunFinished(0.0, "cancelled"))
            raise
        except Exception as problem:
            self._emit(RunFinished(0.0, f"the run broke down: {problem!r}"))
        if self._warm_mib is not None:
            self._start_spare(self._warm_mib)

    async def _end_job(self) -> None:
        job, self._job = self._job, None
        if job is not None and not job.done():
            job.cancel()
            await asyncio.gather(job, return_exceptions=True)

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
        # 150 ms that pass while the template starts
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


async def serve(template: TemplateProcess | None, *, boxed: bool) -> None:
    """Reads requests until the input ends."""
    loop = asyncio.get_running_loop()
    requests: asyncio.Queue[bytes] = asyncio.Queue()

    def read() -> None:
        # A thread, because a pipe can't be awaited on Windows.
        for line in sys.stdin.buffer:
            loop.call_soon_threadsafe(requests.put_nowait, line)
        loop.call_soon_threadsafe(requests.put_nowait, b"")

    threading.Thread(target=read, daemon=True).start()
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


if __name__ == "__main__":
    if sys.platform == "win32":
        # pyzmq needs add_reader, which the default loop of Windows lacks.
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    boxed = "--sandbox" in sys.argv[1:]
    # What the template has in its environment could be read in /proc from within a box.
    surroundings = clean_environment() if boxed else None
    adopt_orphans()
    asyncio.run(serve(start_template(kernel_environment(surroundings)), boxed=boxed))
    # The reading thread may still wait for input: no orderly end is needed any more.
    os._exit(0)
