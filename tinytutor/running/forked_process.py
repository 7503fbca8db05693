"""A kernel that the template has forked, as jupyter_client wants to see a process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import Mapping

from tinytutor.running.forking import TemplateProcess
from tinytutor.running.started import started

_FORK_SECONDS = 30.0
_END_SECONDS = 2.0


async def fork_kernel(template: TemplateProcess, request: Mapping[str, object]) -> ForkedProcess:
    """Has the template fork a kernel. Raises OSError."""
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            template.connect(theirs)
        reader, writer = await asyncio.open_connection(sock=ours)
    except BaseException:
        ours.close()
        raise
    try:
        writer.write(json.dumps(request).encode() + b"\n")
        line = await asyncio.wait_for(reader.readline(), _FORK_SECONDS)
        if not line:
            raise ConnectionError("the template does not fork kernels")
        return ForkedProcess(json.loads(line)["pid"], reader, writer)
    except BaseException:
        # Ends the kernel, should it be there; afterwards nobody uses its folder.
        with contextlib.suppress(OSError, TimeoutError):
            writer.write_eof()
            await asyncio.wait_for(reader.read(), _END_SECONDS)
        writer.close()
        raise


class ForkedProcess:
    """A process that is not our child, with the methods of Popen that jupyter_client calls."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.pid = pid
        self.returncode: int | None = None
        started.add(pid)
        self._reader = reader
        self._writer = writer
        self._end = asyncio.create_task(self._read_end())

    async def _read_end(self) -> None:
        line = b""
        with contextlib.suppress(OSError):
            line = await self._reader.readline()
        # No line: the template is dead, and with it its kernels.
        self.returncode = json.loads(line)["exit"] if line else -signal.SIGKILL
        started.discard(self.pid)
        self._writer.close()

    async def ended(self) -> None:
        """Returns as soon as it has ended."""
        await asyncio.shield(self._end)

    def poll(self) -> int | None:
        """How it ended, None while it runs."""
        return self.returncode

    wait = poll

    def send_signal(self, number: int) -> None:
        """Sends a signal, unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Ends it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Asks it to end."""
        self.send_signal(signal.SIGTERM)
