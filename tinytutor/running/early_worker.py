"""Starts a worker before it is needed; imports nothing slow.

A command that will run something starts the worker first: its imports and those of the command then
take place at the same time.
"""

from __future__ import annotations

import os
import subprocess
import sys

_waiting: dict[tuple[str, ...], list[subprocess.Popen[bytes]]] = {}
"""By their options."""


def command(*options: str) -> list[str]:
    """The command line of a worker."""
    # -P: without the current folder in front. A student's `random.py` would break the worker.
    return [sys.executable, "-P", "-m", "tinytutor.running.worker_main", *options]


def start_early(*options: str) -> None:
    """Starts a worker that the next runner takes. Where none does, it ends with this process."""
    if os.name == "posix":
        _waiting.setdefault(options, []).append(
            subprocess.Popen(
                command(*options),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )


def take(*options: str) -> subprocess.Popen[bytes] | None:
    """A worker with these options that waits, if there is one."""
    waiting = _waiting.get(options)
    return waiting.pop() if waiting else None
