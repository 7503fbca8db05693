"""Ctrl+C at moments in which nobody is there yet to handle it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tinytutor.interrupts import INTERRUPTED
from tinytutor.running.events import RunEvent, RunFinished
from tinytutor.running.worker import Worker

SWALLOWS = """
import os, signal
try:
    os.kill(os.getpid(), signal.SIGINT)
except BaseException:
    raise AttributeError("what a module in C makes of it") from None
"""
PROGRAM = """
from tinytutor.interrupts import leave_while_importing, run
leave_while_importing()
{then}
"""


def run_program(folder: Path, then: str) -> subprocess.CompletedProcess[str]:
    (folder / "swallows.py").write_text(SWALLOWS, "utf-8")
    program = f"import sys; sys.path.insert(0, {str(folder)!r})" + PROGRAM.format(then=then)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=False
    )


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_an_import_can_neither_lose_nor_change_it(tmp_path: Path) -> None:
    ended = run_program(tmp_path, "import swallows")
    assert (ended.returncode, ended.stderr) == (INTERRUPTED, "interrupted\n")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
def test_elsewhere_it_is_an_exception_and_in_a_loop_a_cancellation(tmp_path: Path) -> None:
    ended = run_program(
        tmp_path,
        "import asyncio, os, signal\n"
        "try:\n    os.kill(os.getpid(), signal.SIGINT)\n"
        "except KeyboardInterrupt:\n    print('exception')\n"
        "async def work():\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    try:\n        await asyncio.sleep(9)\n"
        "    except asyncio.CancelledError:\n        print('tidied up')\n"
        "        raise\n"
        "try:\n    run(work())\nexcept KeyboardInterrupt:\n    print('told')\n",
    )
    assert ended.stdout.split("\n") == ["exception", "tidied up", "told", ""], ended.stderr


async def test_a_job_cancelled_before_its_first_step_says_so() -> None:
    events: list[RunEvent] = []
    worker = Worker(events.append, template=None)
    cells = [{"id": "a", "source": "1", "seconds": 1.0}]
    request = {"cells": cells, "seconds": 9, "memory_mib": 512, "output_bytes": 100}
    await worker.handle({"job": request})
    await worker.handle({"cancel": 1})
    assert events == [RunFinished(0.0, "cancelled")]
    await worker.close()
