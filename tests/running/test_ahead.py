"""Cells that run before anybody asks: the job that follows begins where they end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.running.conftest import alive, finished, output
from tinytutor.running.events import (
    CellStatus,
    Job,
    KernelReady,
    Question,
    RunCell,
    RunEvent,
    RunFinished,
)
from tinytutor.running.runner import Runner


def job(*sources: str, seconds: float = 20) -> Job:
    cells = (
        RunCell(f"c{number}", source, seconds, source.startswith("# test"))
        for number, source in enumerate(sources)
    )
    return Job(tuple(cells), 60, memory_mib=2048, output_bytes=10_000)


async def run(runner: Runner, *sources: str) -> list[RunEvent]:
    return [event async for event in runner.run(job(*sources))]


COUNTING = (
    "from pathlib import Path\nwith Path('runs.txt').open('a') as file: file.write('1')\nx = 20"
)
"""Leaves a mark each time it runs."""


@pytest.fixture
async def ahead(runner: Runner, tmp_path: Path) -> AsyncIterator[Runner]:
    await runner.warm_up(2048)
    await runner.run_ahead(job(COUNTING, "print(x)"))
    yield runner


async def test_a_job_begins_where_its_beginning_ended(ahead: Runner, tmp_path: Path) -> None:
    events = await run(ahead, COUNTING, "print(x)", "x += 1", "# test\nprint(x)")
    assert (tmp_path / "runs.txt").read_text() == "1", "it ran once, before it was asked for"
    assert [f.status for f in finished(events).values()] == [CellStatus.OK] * 4
    assert output(events, "c1") == "20\n", "what it showed is told when it is asked for"
    assert output(events, "c3") == "21\n"
    assert isinstance(events[0], KernelReady)
    assert isinstance(events[-1], RunFinished)


async def test_no_run_sees_what_another_left(ahead: Runner, tmp_path: Path) -> None:
    await run(ahead, COUNTING, "print(x)", "left_over = 1")
    await ahead.run_ahead(job(COUNTING, "print(x)"))
    events = await run(ahead, COUNTING, "print(x)", "print('left_over' in globals())")
    assert output(events, "c2") == "False\n"
    assert (tmp_path / "runs.txt").read_text() == "11"


async def test_a_changed_beginning_is_run_from_the_top(ahead: Runner, tmp_path: Path) -> None:
    events = await run(ahead, COUNTING, "print(x + 1)")
    assert output(events, "c1") == "21\n"
    assert (tmp_path / "runs.txt").read_text() == "11"


async def test_another_job_leaves_it_in_place(ahead: Runner, tmp_path: Path) -> None:
    assert output(await run(ahead, "print('other')"), "c0") == "other\n"
    await run(ahead, COUNTING, "print(x)")
    assert (tmp_path / "runs.txt").read_text() == "1"


@pytest.mark.parametrize("end", ["import os; os._exit(1)", "import time; time.sleep(30)"])
async def test_a_beginning_that_ends_badly_is_shown_by_the_job_itself(
    runner: Runner, end: str
) -> None:
    cells = job("x = 1", end, seconds=1)
    await runner.run_ahead(cells)
    await asyncio.sleep(0.1)
    events = [event async for event in runner.run(cells)]
    assert finished(events)["c1"].status in (CellStatus.DIED, CellStatus.TIMED_OUT)
    assert isinstance(events[-1], RunFinished)


async def test_a_job_cancelled_in_a_kernel_that_ran_ahead_leaves_none(ahead: Runner) -> None:
    pids: list[int] = []

    async def endless() -> None:
        async for event in ahead.run(job(COUNTING, "print(x)", "while True: pass")):
            pids.extend([event.pid] if isinstance(event, KernelReady) else [])

    task = asyncio.create_task(endless())
    while not pids:
        await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not alive(pids[0])
    assert output(await run(ahead, "print('on')"), "c0") == "on\n"


async def test_the_kernel_that_ran_ahead_answers_questions(runner: Runner) -> None:
    assert await runner.ask(Question("ten", 3)) == ()
    await runner.run_ahead(job('def tensor_of(x):\n    """Wraps a number."""\n    return x'))
    names: tuple[str, ...] = ()
    while not names:  # it answers once its cells have run
        names = await runner.ask(Question("tensor_", 7))
        await asyncio.sleep(0.05)
    assert names == ("tensor_of",)
    described = await runner.ask(Question("tensor_of", 5, describe=True))
    assert "Wraps a number." in described[0]
    assert "\x1b" not in described[0]


async def test_an_answer_nobody_waits_for_does_not_disturb(runner: Runner) -> None:
    await runner.run_ahead(job("value = 1"))
    while not await runner.ask(Question("valu", 4)):
        await asyncio.sleep(0.05)
    task = asyncio.create_task(runner.ask(Question("valu", 4)))
    await asyncio.sleep(0)
    task.cancel()
    assert output(await run(runner, "print('on')"), "c0") == "on\n"
