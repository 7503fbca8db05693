"""Starts a worker before it is needed; imports nothing slow.

A command that will run something starts the worker first: its imports and those of the command then
take place at the same time.
"""

from __future__ import annotations

import os
import subprocess
import sys

_waiting: list[subprocess.Popen[bytes]] = []


def command(*options: str) -> list[str]:
    """The command line of a worker."""
    # -P: without the current folder in front. A student's `random.py` would break the worker.
    return [sys.executable, "-P", "-m", "tinytutor.running.worker_main", *options]


def launch(*options: str) -> subprocess.Popen[bytes] | None:
    """A worker that nothing has been asked of yet; None where that can't be."""
    if os.name != "posix":
        return None
    return subprocess.Popen(
        command(*options),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def start_early() -> None:
    """Starts a worker that the next runner takes. Where none does, it ends with this process."""
    worker = launch()
    if worker is not None:
        _waiting.append(worker)


def take() -> subprocess.Popen[bytes] | None:
    """The worker that waits, if there is one."""
    return _waiting.pop() if _waiting else None
