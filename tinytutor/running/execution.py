"""Runs the cells of one job through nbclient, with a watchdog that also ends what ignores it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from tinytutor.running.events import (
    CellError,
    CellFinished,
    CellOutput,
    CellStarted,
    CellStatus,
    Frame,
    Job,
    KernelReady,
    RunCell,
    RunEvent,
    RunFinished,
)
from tinytutor.running.kernel import Kernel, KernelStartError
from tinytutor.running.text import plain_text

Emit = Callable[[RunEvent], None]
StartKernel = Callable[[], Awaitable[Kernel]]

GRACE_SECONDS = 1.0
"""Between the interrupt and the end of the kernel's process group."""
MOST_KERNELS = 6
"""A notebook that kills more kernels than this is given up."""
MOST_PICTURE_BYTES = 4 * 2**20
_ALIVE_POLL_SECONDS = 0.05
_FRAME = re.compile(
    r"^\s*(?:Cell In\[(?P<count>\d+)\], line |File (?P<file>.+?):)(?P<line>\d+)"
    r"(?: in (?P<function>[^\s(]+))?",
    re.MULTILINE,
)
_SYNTAX_PLACE = re.compile(r"\s*\([^()]*, line \d+\)$")


class JobRun:
    """One job, from its first kernel to its last event."""

    def __init__(self, job: Job, start_kernel: StartKernel, emit: Emit):
        self._job = job
        self._start_kernel = start_kernel
        self._emit = emit
        self._kernel: Kernel | None = None
        self._client: _OutputClient | None = None
        self._kernels_used = 0
        self._ran: list[RunCell] = []
        """Cells without tests that ended well: they are run again in a new kernel."""

    async def run(self) -> None:
        """Runs every cell, whatever the others do, and emits what happens."""
        began = time.monotonic()
        fault = None
        try:
            await self._new_kernel()
            began = time.monotonic()
            for cell in self._job.cells:
                left = self._job.seconds - (time.monotonic() - began)
                if left <= 0:
                    fault = f"the whole run took longer than its limit of {self._job.seconds:g} s"
                    break
                await self._run_cell(cell, min(cell.seconds, left))
        except KernelStartError as problem:
            fault = str(problem)
        finally:
            # Shielded: a cancelled run must not leave its kernel behind.
            await asyncio.shield(self._end_kernel())
        self._emit(RunFinished(time.monotonic() - began, fault))

    async def _run_cell(self, cell: RunCell, seconds: float) -> None:
        self._emit(CellStarted(cell.id))
        began = time.monotonic()
        status, error = await self._execute(cell, seconds)
        self._emit(CellFinished(cell.id, status, time.monotonic() - began, error))
        if status is CellStatus.OK and not cell.is_test:
            self._ran.append(cell)
        if status is CellStatus.DIED or not await self._usable():
            await self._replace_kernel()

    async def _execute(self, cell: RunCell, seconds: float) -> tuple[CellStatus, CellError | None]:
        """Runs one cell; interrupts it at its limit, and kills the kernel if that doesn't help."""
        assert self._kernel is not None
        assert self._client is not None
        running = asyncio.ensure_future(self._client.run(cell, self._job.output_bytes))
        death = asyncio.ensure_future(_wait_for_death(self._kernel))
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
            if not running.done() and not death.done():
                await self._kernel.kill()
            if timed_out:
                return CellStatus.TIMED_OUT, None
            if running.done():
                with contextlib.suppress(DeadKernelError):
                    return running.result()
            return CellStatus.DIED, None
        finally:
            for task in (running, death):
                task.cancel()
            await asyncio.gather(running, death, return_exceptions=True)

    async def _usable(self) -> bool:
        assert self._client is not None
        assert self._kernel is not None
        return not self._client.asked_to_exit and await self._kernel.is_alive()

    async def _new_kernel(self) -> None:
        began = time.monotonic()
        self._kernels_used += 1
        self._kernel = await self._start_kernel()
        self._client = _OutputClient(self._kernel, self._emit)
        self._emit(KernelReady(self._kernel.pid, time.monotonic() - began))

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


class _OutputClient(NotebookClient):
    """nbclient for one cell at a time: live output within a cap, and the reply as the verdict."""

    def __init__(self, kernel: Kernel, emit: Emit):
        super().__init__(
            nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell()]),
            km=kernel.manager,
            allow_errors=True,
            timeout=None,
        )
        self.kc = kernel.client
        self.kc.allow_stdin = False
        self.asked_to_exit = False
        self._emit_event = emit
        self._silent = False
        self._cell_id = ""
        self._bytes_left = 0
        self._reply: dict[str, Any] = {}
        self._cell_by_count: dict[int, str] = {}
        self.on_cell_executed = self._keep_reply

    async def run(self, cell: RunCell, output_bytes: int) -> tuple[CellStatus, CellError | None]:
        """Runs one cell to its reply."""
        self._cell_id, self._bytes_left, self._reply = cell.id, output_bytes, {}
        node = nbformat.v4.new_code_cell(cell.source)
        if not cell.source.strip():
            return CellStatus.OK, None
        # The count of the next execution is known before its reply: errors name it.
        self._cell_by_count[len(self._cell_by_count) + 1] = cell.id
        await self.async_execute_cell(node, 0)
        content = self._reply
        self.asked_to_exit = any(p.get("source") == "ask_exit" for p in content.get("payload", ()))
        if content.get("status") == "ok":
            return CellStatus.OK, None
        return CellStatus.ERROR, self._error(content)

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """Nothing is emitted inside: cells that run again have been reported already."""
        self._silent = True
        try:
            yield
        finally:
            self._silent = False

    async def _keep_reply(self, execute_reply: dict[str, Any], **_: Any) -> None:
        self._reply = execute_reply["content"]

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Emits what a cell shows; keeps nothing of it in memory."""
        kind, content = msg["msg_type"], msg["content"]
        if kind == "stream":
            self._emit_text(content.get("text", ""), is_warning=content.get("name") == "stderr")
        elif kind in ("display_data", "execute_result"):
            self._emit_data(content.get("data", {}))
        elif kind == "status":
            return super().process_message(msg, cell, cell_index)
        return None

    def _emit_data(self, data: dict[str, Any]) -> None:
        picture = data.get("image/png")
        if isinstance(picture, str) and len(picture) <= MOST_PICTURE_BYTES and not self._silent:
            self._emit_event(CellOutput(self._cell_id, "image/png", picture))
        elif "text/plain" in data:
            self._emit_text(str(data["text/plain"]) + "\n", is_warning=False)

    def _emit_text(self, text: object, *, is_warning: bool) -> None:
        if self._silent or self._bytes_left <= 0:
            return
        shown = plain_text(str(text))
        if len(shown) > self._bytes_left:
            shown = shown[: self._bytes_left] + "\n… output cut here: it is longer than the limit\n"
            self._bytes_left = 0
        else:
            self._bytes_left -= len(shown)
        self._emit_event(CellOutput(self._cell_id, "text/plain", shown, is_warning))

    def _error(self, content: dict[str, Any]) -> CellError:
        name = str(content.get("ename", "Error"))[:200]
        message = plain_text(str(content.get("evalue", "")))[:20_000]
        if name in ("SyntaxError", "IndentationError", "TabError"):
            message = _SYNTAX_PLACE.sub("", message)
        lines: Iterable[object] = content.get("traceback") or ()
        trace = plain_text("\n".join(str(line) for line in lines))[:100_000]
        frames = [
            Frame(
                cell_id=self._cell_by_count.get(int(match["count"])) if match["count"] else None,
                file=match["file"] or "",
                line=int(match["line"]),
                function=match["function"] or "",
            )
            for match in _FRAME.finditer(trace)
        ]
        return CellError(name, message, tuple(frames[-50:]))


async def _wait_for_death(kernel: Kernel) -> None:
    while await kernel.is_alive():
        await asyncio.sleep(_ALIVE_POLL_SECONDS)
