"""Many runs in a row: does anything leak, does memory stay flat, does a cancel ever hang?

    python benchmarks/endurance.py [--checks 1000] [--cancels 100] [--minutes 30] [--sandbox]

Each part is left out with 0. What is counted after each part, against its first tenth: processes
below this one, descriptors of this process and of the worker, folders in the temporary folder,
proportional memory of all of them. Exit code 1 if something grew. Linux.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import sys
import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measuring import family_mib

from tinytutor.running.events import CellFinished, CellStatus, Job, RunCell
from tinytutor.running.processes import family
from tinytutor.running.runner import Runner

CELLS = (
    "import numpy as np\nx = np.arange(1000.0)",
    "print(x.sum())",
    "import subprocess; subprocess.run(['true'])",
    "1 / 0",
    "import os; os.fork() or os.setsid() or os.execvp('sleep', ['sleep', '600'])",
)
MOST_GROWTH_MIB = 25


@dataclass(frozen=True)
class Counts:
    """What is there at one moment, between two runs."""

    processes: int
    own_descriptors: int
    worker_descriptors: int
    folders: int
    memory_mib: float


async def counts(runner: Runner) -> Counts:
    """What is there once nothing changes: a new template first learns from a child of its own."""
    await asyncio.sleep(3)
    now = count(runner)
    for _ in range(20):
        before = now
        await asyncio.sleep(1)
        now = count(runner)
        if astuple(now)[:4] == astuple(before)[:4]:
            break
    return now


def count(runner: Runner) -> Counts:
    worker = runner._worker
    assert worker is not None
    return Counts(
        processes=len(list(family(os.getpid()))),
        own_descriptors=len(list(Path("/proc/self/fd").iterdir())),
        worker_descriptors=len(list(Path(f"/proc/{worker.pid}/fd").iterdir())),
        folders=len(list(Path(tempfile.gettempdir()).glob(f"tt-{worker.pid}-*"))),
        memory_mib=family_mib(),
    )


async def check(runner: Runner) -> None:
    job = Job(tuple(RunCell(f"c{n}", s, 20) for n, s in enumerate(CELLS)), 60, 2048, 10_000)
    ends = [e async for e in runner.run(job) if isinstance(e, CellFinished)]
    expected = [CellStatus.ERROR if cell == "1 / 0" else CellStatus.OK for cell in CELLS]
    assert [end.status for end in ends] == expected, ends


async def cancel_at_random(runner: Runner, chance: random.Random) -> float:
    """Seconds from the cancel to its end."""
    job = Job((RunCell("c0", CELLS[-1], 20), RunCell("c1", "while True: pass", 60)), 60, 2048, 1000)

    async def run() -> None:
        async for _ in runner.run(job):
            pass

    task = asyncio.create_task(run())
    await asyncio.sleep(chance.random() * 1.5)
    began = time.monotonic()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    return time.monotonic() - began


def verdict(name: str, first: Counts, last: Counts) -> bool:
    """Prints both and whether something grew."""
    grown = any(b > a for a, b in zip(astuple(first)[:4], astuple(last)[:4], strict=True))
    grown |= last.memory_mib > first.memory_mib + MOST_GROWTH_MIB
    print(f"{name}\n  at first {first}\n  at last  {last}\n  {'GREW' if grown else 'flat'}")
    return not grown


async def many_checks(runner: Runner, number: int) -> bool:
    first = None
    for done in range(number):
        await check(runner)
        if done == number // 10:
            first = await counts(runner)
    assert first is not None
    return verdict(f"{number} checks", first, await counts(runner))


async def many_cancels(runner: Runner, number: int) -> bool:
    chance = random.Random(4)
    slowest = 0.0
    first = None
    for done in range(number):
        slowest = max(slowest, await cancel_at_random(runner, chance))
        if done == number // 10:
            await check(runner)
            first = await counts(runner)
    await check(runner)
    assert first is not None
    print(f"slowest cancel {slowest:.2f} s")
    return verdict(f"{number} cancels", first, await counts(runner))


async def soak(runner: Runner, minutes: float) -> bool:
    """Checks without a pause, with a sample each half minute."""
    end = time.monotonic() + 60 * minutes
    samples: list[Counts] = []
    done, next_sample = 0, 0.0
    while time.monotonic() < end:
        await check(runner)
        done += 1
        if time.monotonic() >= next_sample:
            next_sample = time.monotonic() + 30
            samples.append(await counts(runner))
            print(f"{done:6} checks  {samples[-1]}", flush=True)
    samples.append(await counts(runner))
    first = samples[min(2, len(samples) - 1)]
    return verdict(f"soak of {minutes:g} minutes, {done} checks", first, samples[-1])


async def main() -> bool:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checks", type=int, default=1000)
    parser.add_argument("--cancels", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--sandbox", action="store_true")
    options = parser.parse_args()
    flat = True
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(Path(folder), sandbox=options.sandbox)
        if options.checks:
            flat &= await many_checks(runner, options.checks)
        if options.cancels:
            flat &= await many_cancels(runner, options.cancels)
        if options.minutes:
            flat &= await soak(runner, options.minutes)
        await runner.close()
        await asyncio.sleep(0.5)
        left = len(list(family(os.getpid()))) - 1
        print(f"processes left after the end: {left}")
    return flat and not left


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main()) else 1)
