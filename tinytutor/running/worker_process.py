"""The worker's process as the runner sees it."""

from __future__ import annotations

import asyncio
import os
import subprocess
from typing import Protocol

from tinytutor.running.early_worker import command, take

LINE_LIMIT = 32 * 2**20
"""Longest line of the worker: a picture of 4 MiB fits with room to spare."""


class WorkerProcess(Protocol):
    """What `asyncio.subprocess.Process` has, as far as the runner uses it."""

    pid: int

    @property
    def stdin(self) -> asyncio.StreamWriter | None:
        """Where requests go."""
        ...

    @property
    def stdout(self) -> asyncio.StreamReader | None:
        """Where events come from."""
        ...

    @property
    def returncode(self) -> int | None:
        """None while it runs."""
        ...

    async def wait(self) -> int:
        """Its exit code, once it has ended."""
        ...

    def kill(self) -> None:
        """Ends it at once."""
        ...


async def start(*options: str, early: subprocess.Popen[bytes] | None = None) -> WorkerProcess:
    """A worker: `early`, or without options one that was started early for whoever comes."""
    waiting = early if early is not None or options else take()
    if waiting is not None:
        return await _Adopted.connect(waiting)
    process: WorkerProcess = await asyncio.create_subprocess_exec(
        *command(*options),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        # Never the terminal: what a library prints there would draw over the app.
        stderr=asyncio.subprocess.DEVNULL,
        limit=LINE_LIMIT,
        start_new_session=os.name == "posix",
    )
    return process


class _Adopted:
    """A process that was started without asyncio."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        stdin: asyncio.StreamWriter,
        stdout: asyncio.StreamReader,
        reading: asyncio.BaseTransport,
    ):
        self.pid = process.pid
        self.stdin: asyncio.StreamWriter | None = stdin
        self.stdout: asyncio.StreamReader | None = stdout
        self._process = process
        self._reading = reading

    @classmethod
    async def connect(cls, process: subprocess.Popen[bytes]) -> _Adopted:
        """Puts both pipes into the running event loop."""
        loop = asyncio.get_running_loop()
        stdout = asyncio.StreamReader(limit=LINE_LIMIT)
        reading, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stdout), process.stdout
        )
        writing, protocol = await loop.connect_write_pipe(
            lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), process.stdin
        )
        stdin = asyncio.StreamWriter(writing, protocol, None, loop)
        return cls(process, stdin, stdout, reading)

    @property
    def returncode(self) -> int | None:
        return self._process.poll()

    async def wait(self) -> int:
        code = await asyncio.to_thread(self._process.wait)
        self._reading.close()
        if self.stdin is not None:
            self.stdin.close()
        return code

    def kill(self) -> None:
        self._process.kill()
