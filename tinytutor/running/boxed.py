"""A forked kernel in a box: three processes, of which only the last runs student code.

The warden stays outside, talks to the worker and ends the box. The first process inside has built
it, and the end of that process is the end of all the others there, whatever they call themselves.
The kernel is its only child.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
from pathlib import Path

from tinytutor.running.process import die_with_parent
from tinytutor.running.processes import children
from tinytutor.running.sandbox import entry
from tinytutor.running.sandbox.box import Box
from tinytutor.running.sandbox.confine import forbid_looking_in


def enter_box(connection: socket.socket, box: Box, kernel_folder: Path) -> None:
    """In a forked child: becomes the warden, and returns in the kernel inside the box.

    Speaks to the worker for the template: {"pid": N}, later {"exit": N}; a connection that closes
    before says that no box can be built.
    """
    os.setsid()
    die_with_parent()
    reports, report = os.pipe()
    try:
        entry.leave_processes()
        first = os.fork()
    except OSError:
        os._exit(1)
    if first:
        os.close(report)
        _guard(connection, first, reports)
    connection.close()
    os.close(reports)
    _become_first(box, kernel_folder, report)


def _become_first(box: Box, kernel_folder: Path, report: int) -> None:
    """Builds the box, forks the kernel, waits for its end. Returns in the kernel."""
    try:
        entry.enter(box, kernel_folder / "root")
        # Only now: a change of user forgets it.
        die_with_parent()
        if _is_deserted(report):
            os._exit(1)
        kernel = os.fork()
        if kernel == 0:
            os.close(report)
            return
        # Its descriptors are closed to the others in /proc, and of signals from within its
        # namespace only those that it handles reach it.
        forbid_looking_in()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.write(report, b"forked\n")
        while True:
            ended, status = os.wait()
            if ended == kernel:
                os.write(report, b"%d\n" % os.waitstatus_to_exitcode(status))
                os._exit(0)
    except OSError:
        os._exit(1)


def _guard(connection: socket.socket, first: int, reports: int) -> None:
    """Passes on what happens inside, and ends the box when the worker hangs up."""
    code = -signal.SIGKILL
    with os.fdopen(reports, "rb", buffering=0) as lines:
        if lines.readline():
            _tell(connection, {"pid": next(iter(children(first)), 0)})
            poll = select.poll()
            poll.register(lines, select.POLLIN)
            poll.register(connection, select.POLLIN)
            while lines.fileno() not in {number for number, _ in poll.poll()}:
                os.kill(first, signal.SIGKILL)
                poll.unregister(connection)
            code = int(lines.readline() or code)
    os.waitpid(first, 0)
    _tell(connection, {"exit": code})
    os._exit(0)


def _is_deserted(report: int) -> bool:
    """Whether the warden died before its death could be announced."""
    poll = select.poll()
    poll.register(report, 0)
    return bool(poll.poll(0))


def _tell(connection: socket.socket, message: dict[str, int]) -> None:
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(message).encode() + b"\n")
