"""The process that kernels are forked from: it has done the slow imports and runs no student code.

Its only argument is the descriptor of a socket to the worker. Each byte there brings one end of a
connection, one per kernel, that carries a line of JSON in and two out:

    {"argv": […], "env": {…}, "cwd": "…", "memory_mib": N}   the kernel to fork
    {"pid": N}                                               it has been forked
    {"exit": N}                                              it has ended, as in Popen.returncode

With "box" and "folder" in the request, a warden (`boxed`) takes the connection over.

A connection that the worker closes ends its kernel with the whole process group; the end of the
socket ends everything, and removes the folders that a killed worker left.

The template stays single-threaded and without sockets of ZeroMQ: neither survives a fork. What a
kernel imports only once it runs, the template learns from a child that plays one. It takes longer
than it saves the first kernel, so it waits for the second one, or for a pause.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import random
import select
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinytutor.running.boxed import enter_box
from tinytutor.running.folders import make_folder, remove_folders_of
from tinytutor.running.process import apply_limits, die_with_parent
from tinytutor.running.processes import adopt_orphans, end_strays
from tinytutor.running.sandbox.box import Box

_PAUSE_SECONDS = 2.0
_LEARN_SECONDS = 20.0
"""A child that has not played its part by then hangs: kernels of this template would, too."""
_CELLS = (
    "import numpy\nprint(numpy.arange(3))",
    "numpy.linalg.inv(numpy.eye(200) + numpy.ones((200, 200)) @ numpy.ones((200, 200)))",
    "1 / 0",
    "def f(:",
)
"""Played once, so that all they need is imported, and seen to work in a forked process."""


@dataclass(frozen=True, slots=True)
class _Kernel:
    pid: int
    connection: socket.socket | None
    """None where a warden has it."""


class Template:
    """Forks a kernel per request, and tells of its end."""

    def __init__(self, requests: socket.socket, worker_pid: int):
        self._requests = requests
        self._worker_pid = worker_pid
        self._kernels: list[_Kernel] = []
        self._forked = 0
        self._learnt = False
        self._sound = True
        """Whether a forked kernel has not been seen to fail."""
        # A signal writes a byte here, which wakes the poll below: an end is seen at once.
        self._woken, self._wake = socket.socketpair()
        for end in (self._woken, self._wake):
            end.setblocking(False)

    def serve(self) -> dict[str, Any] | None:
        """Returns its request in each forked kernel, and None in the template at its end."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        while True:
            ready = self._wait()
            if not ready and not self._learnt:
                self._learn()
            if self._woken.fileno() in ready:
                with contextlib.suppress(BlockingIOError):
                    self._woken.recv(4096)
                self._reap()
            for kernel in self._kernels:
                if kernel.connection is not None and kernel.connection.fileno() in ready:
                    _kill_group(kernel.pid)
            if self._requests.fileno() in ready:
                _, descriptors, _, _ = socket.recv_fds(self._requests, 1, 1)
                if not descriptors:
                    for kernel in self._kernels:
                        _kill_group(kernel.pid)
                    end_strays(())
                    return None
                request = self._fork(socket.socket(fileno=descriptors[0]))
                if request is not None:
                    return request

    def _wait(self) -> set[int]:
        """Descriptors with something to read, none after a pause."""
        # Never epoll: its descriptor would be shared with every kernel.
        poll = select.poll()
        for end in self._ends():
            poll.register(end, select.POLLIN)
        return {number for number, _ in poll.poll(None if self._learnt else _PAUSE_SECONDS * 1000)}

    def _fork(self, connection: socket.socket) -> dict[str, Any] | None:
        if self._forked and not self._learnt:
            self._learn()
        try:
            with connection.makefile("rb") as lines:
                request: dict[str, Any] = json.loads(lines.readline())
            if not self._sound or _is_given_up(connection):
                raise OSError("no kernel can be forked, or none is wanted any more")
            pid = os.fork()
        except (ValueError, OSError):
            connection.close()  # the worker then starts an ordinary kernel
            return None
        if pid == 0:
            self._forget()
            if "box" in request:
                enter_box(connection, Box.from_json(request["box"]), Path(request["folder"]))
            else:
                connection.close()
            return request
        self._forked += 1
        if "box" in request:
            connection.close()
            self._kernels.append(_Kernel(pid, None))
        else:
            self._kernels.append(_Kernel(pid, connection))
            _tell(connection, {"pid": pid})
        return None

    def _reap(self) -> None:
        while (child := _ended_child()) is not None:
            pid, status = child
            for kernel in [kernel for kernel in self._kernels if kernel.pid == pid]:
                _kill_group(pid)
                self._kernels.remove(kernel)
                if kernel.connection is not None:
                    end_strays(other.pid for other in self._kernels)
                    _tell(kernel.connection, {"exit": os.waitstatus_to_exitcode(status)})
                    kernel.connection.close()

    def _ends(self) -> Iterable[socket.socket]:
        connections = (kernel.connection for kernel in self._kernels)
        return (self._requests, self._woken, *(end for end in connections if end is not None))

    def _forget(self) -> None:
        """In a child: closes what belongs to the template, each through its owner.

        A descriptor closed behind its owner's back would be closed again, when it may already
        stand for something else.
        """
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in (self._wake, *self._ends()):
            end.close()
        self._kernels.clear()

    def _learn(self) -> None:
        """Imports what a kernel imports from its start to its first cells."""
        self._learnt = True
        ours, theirs = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(ours)
            self._forget()
            _play_kernel(theirs, self._worker_pid)
        os.close(theirs)
        names = _read_names(ours, _LEARN_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        self._sound = bool(names)
        for name in names:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
        # What lives now is never freed: the collector must not touch, and so copy, its pages.
        gc.freeze()


def _tell(connection: socket.socket, message: dict[str, int]) -> None:
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(message).encode() + b"\n")


def _is_given_up(connection: socket.socket) -> bool:
    """Whether the worker has closed it since it sent the request."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))


def _ended_child() -> tuple[int, int] | None:
    """Id and status of a child that has ended, a kernel or a stray one that was adopted."""
    with contextlib.suppress(ChildProcessError):
        pid, status = os.waitpid(-1, os.WNOHANG)
        return (pid, status) if pid else None
    return None


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _play_kernel(answer: int, worker_pid: int) -> None:
    """In a child: runs some cells as a kernel does, says which modules that imported, and ends."""
    try:
        die_with_parent()
        before = set(sys.modules)
        folder = make_folder(worker_pid)
        os.environ["IPYTHONDIR"] = str(folder)
        from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415

        from tinytutor.running.inside.kernel import TutorKernel  # noqa: PLC0415

        app: Any = IPKernelApp.instance(
            kernel_class=TutorKernel,
            connection_file=str(folder / "kernel.json"),
            transport="ipc",
            ip=str(folder / "s"),
        )
        app.initialize(["--HistoryManager.enabled=False", "--InteractiveShell.xmode=Plain"])
        for cell in _CELLS:
            app.shell.run_cell(cell)
        shutil.rmtree(folder, ignore_errors=True)
        names = sorted(set(sys.modules) - before - {"__main__"})
        with os.fdopen(answer, "w") as pipe:
            json.dump(names, pipe)
    finally:
        os._exit(0)


def _read_names(pipe: int, seconds: float) -> list[str]:
    """What the child answered; nothing if it crashed or hangs."""
    deadline = time.monotonic() + seconds
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    answer = b""
    with os.fdopen(pipe, "rb", buffering=0) as end:
        while poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            piece = end.read(65536)
            if not piece:
                break
            answer += piece
    try:
        return list(json.loads(answer))
    except ValueError:
        return []


def _become_kernel(request: dict[str, Any], set_by_imports: Mapping[str, str]) -> None:
    """Makes this child what a process of its own would be, and runs the kernel."""
    parent_pid = os.getppid()
    os.setsid()
    os.environ.clear()
    os.environ.update({**set_by_imports, **request["env"]})
    os.environ["JPY_PARENT_PID"] = str(parent_pid)
    os.chdir(request["cwd"])
    if "box" not in request:
        apply_limits(request["memory_mib"])
    if os.getppid() != parent_pid:
        os._exit(1)  # the template died before its death could be announced
    import numpy as np  # noqa: PLC0415
    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415

    from tinytutor.running.inside.kernel import PROGRAM_NAME, TutorKernel  # noqa: PLC0415

    sys.argv = [PROGRAM_NAME, *request["argv"]]
    random.seed()
    np.random.seed()
    gc.enable()
    # Its default was read from the environment of the template.
    app: Any = IPKernelApp.instance(parent_handle=parent_pid, kernel_class=TutorKernel)
    app.initialize(request["argv"])
    app.start()


def main() -> None:
    """Imports, serves, and in a forked child runs the kernel."""
    worker_pid = int(sys.argv[2])
    given = dict(os.environ)
    requests = socket.socket(fileno=int(sys.argv[1]))
    requests.set_inheritable(False)
    adopt_orphans()
    gc.disable()
    for name in (
        "ipykernel.kernelapp",
        "numpy",
        "tinytutor.running.inside.kernel",
        "tinytutor.kit",
    ):
        importlib.import_module(name)
    gc.freeze()
    request = Template(requests, worker_pid).serve()
    if request is None:
        remove_folders_of(worker_pid)
    else:
        # Some modules set variables when they are imported: here that was before the fork.
        set_by_imports = {k: v for k, v in os.environ.items() if k not in given}
        _become_kernel(request, set_by_imports)
