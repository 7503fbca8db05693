"""The worker's side of the template: starts it, has it fork kernels, sees their end.

Imports nothing slow, so that the template starts while the worker still imports.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tinytutor.running.processes import started

if TYPE_CHECKING:
    import asyncio

ORDINARY = "TINYTUTOR_ORDINARY_KERNELS"
"""Set in the environment, it keeps kernels from being forked."""
_FORK_SECONDS = 30.0
_END_SECONDS = 2.0
# The current folder must not be searched: a student's `random.py` may lie in it.
_PROGRAM = """
import sys
if not sys.path[0]:
    del sys.path[0]
from tinytutor.running.template import main
main()
"""


def start_template(environment: Mapping[str, str]) -> TemplateProcess | None:
    """A template that soon forks kernels, or None where there can't be one."""
    # Elsewhere than on Linux it has not been seen to work yet: macOS can fork, but its numeric
    # library may not bear it.
    if sys.platform != "linux" or os.environ.get(ORDINARY):
        return None
    with contextlib.suppress(OSError):
        return TemplateProcess(environment)
    return None


class TemplateProcess:
    """The process that kernels are forked from, and the socket to it."""

    def __init__(self, environment: Mapping[str, str]):
        self._requests, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, str(theirs.fileno()), str(os.getpid())],
                pass_fds=[theirs.fileno()],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # A session of its own: it outlives a killed worker just long enough to tidy up.
                start_new_session=True,
            )
        started.add(self._process.pid)

    @property
    def pid(self) -> int:
        """Process id, also of its group."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    async def fork(self, request: Mapping[str, object]) -> ForkedProcess:
        """Forks a kernel. Raises OSError."""
        import asyncio  # noqa: PLC0415  not before the template has been started

        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._requests, [b"k"], [theirs.fileno()])
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

    def close(self) -> None:
        """Ends it at once; where the system can, its kernels die with it."""
        self._requests.close()
        if self.is_alive():
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
        started.discard(self.pid)


class ForkedProcess:
    """A process that is not our child, with the methods of Popen that jupyter_client calls."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        import asyncio  # noqa: PLC0415  see above

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
        import asyncio  # noqa: PLC0415  see above

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
