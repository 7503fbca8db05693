"""The worker's side of the template: starts it and ends it.

Imports next to nothing, so that the template starts before the worker imports what it needs.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping

from tinytutor.running.started import started

ORDINARY = "TINYTUTOR_ORDINARY_KERNELS"
"""Set in the environment, it keeps kernels from being forked."""
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

    def connect(self, theirs: socket.socket) -> None:
        """Hands over the other end of a connection, which asks for a kernel. Raises OSError."""
        socket.send_fds(self._requests, [b"k"], [theirs.fileno()])

    def close(self) -> None:
        """Ends it at once; where the system can, its kernels die with it."""
        self._requests.close()
        if self.is_alive():
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
        started.discard(self.pid)
