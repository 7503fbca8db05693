"""Short forms of `benchmarks/endurance.py`: many runs, and cancels at any moment, leak nothing."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.running.conftest import finished
from tinytutor.running.events import CellStatus, Job, RunCell
from tinytutor.running.forking import ORDINARY
from tinytutor.running.processes import family
from tinytutor.running.runner import Runner
from tinytutor.running.sandbox import sandbox_support

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
DAEMON = "import os\nif os.fork() == 0:\n    os.setsid()\n    os.execvp('sleep', ['sleep', '600'])"


@pytest.fixture(params=["boxed", "unboxed"])
async def runner(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Runner]:
    support = sandbox_support()
    if request.param == "boxed" and not support.works:
        pytest.skip(f"no sandbox here: {support.message}: {support.mend}")
    monkeypatch.delenv(ORDINARY, raising=False)
    runner = Runner(tmp_path, sandbox=request.param == "boxed")
    yield runner
    await runner.close()


async def check(runner: Runner) -> None:
    cells = (RunCell("c0", "print(1)", 20), RunCell("c1", DAEMON, 20))
    events = [event async for event in runner.run(Job(cells, 60, 2048, 10_000))]
    assert [end.status for end in finished(events).values()] == [CellStatus.OK] * 2


async def counts(runner: Runner) -> tuple[int, int, int, int]:
    """What is there once nothing changes: a new template first learns from a child of its own."""
    await asyncio.sleep(3)
    now = count(runner)
    for _ in range(20):
        before = now
        await asyncio.sleep(1)
        now = count(runner)
        if now == before:
            break
    return now


def count(runner: Runner) -> tuple[int, int, int, int]:
    """Processes below the worker, descriptors here and in the worker, folders of kernels."""
    worker = runner._worker
    assert worker is not None
    return (
        len(list(family(worker.pid))),
        len(list(Path("/proc/self/fd").iterdir())),
        len(list(Path(f"/proc/{worker.pid}/fd").iterdir())),
        len(list(Path(tempfile.gettempdir()).glob(f"tt-{worker.pid}-*"))),
    )


async def test_fifty_checks_leak_nothing(runner: Runner) -> None:
    for done in range(50):
        await check(runner)
        if done == 4:
            first = await counts(runner)
    last = await counts(runner)
    assert all(after <= before for before, after in zip(first, last, strict=True)), (first, last)


async def test_ten_cancels_at_any_moment_leave_nothing(runner: Runner) -> None:
    await check(runner)
    first = await counts(runner)
    chance = random.Random(os.getpid())
    job = Job((RunCell("c0", DAEMON, 20), RunCell("c1", "while True: pass", 60)), 60, 2048, 1000)

    async def run() -> None:
        async for _ in runner.run(job):
            pass

    for _ in range(10):
        task = asyncio.create_task(run())
        await asyncio.sleep(chance.random() * 1.5)
        began = time.monotonic()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert time.monotonic() - began < 10
    await check(runner)
    last = await counts(runner)
    assert all(after <= before for before, after in zip(first, last, strict=True)), (first, last)
