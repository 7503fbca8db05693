"""Real kernels: what cells do, and that a bad one ends alone."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.running.conftest import RunSources, alive, finished, output
from tinytutor.running.events import CellStatus, Job, KernelReady, RunCell, RunFinished
from tinytutor.running.runner import Runner

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


async def test_cells_share_a_namespace_and_report_in_order(run_sources: RunSources) -> None:
    events = await run_sources("x = 20", "print(x + 1)", "x * 2")
    assert [f.status for f in finished(events).values()] == [CellStatus.OK] * 3
    assert output(events, "c1") == "21\n"
    assert output(events, "c2") == "40\n"
    assert isinstance(events[0], KernelReady)
    assert events[-1] == RunFinished(events[-1].seconds, None)


async def test_an_error_names_its_lines_and_the_rest_goes_on(run_sources: RunSources) -> None:
    events = await run_sources("def f(x):\n    y = x\n    return 1 / y", "f(0)", "print('on')")
    error = finished(events)["c1"].error
    assert error is not None
    assert (error.type, error.message) == ("ZeroDivisionError", "division by zero")
    assert [(frame.cell_id, frame.line) for frame in error.frames] == [("c1", 1), ("c0", 3)]
    assert error.frames[-1].function == "f"
    assert output(events, "c2") == "on\n"


async def test_a_syntax_error_names_its_line(run_sources: RunSources) -> None:
    error = finished(await run_sources("a = 1\ndef broken(:\n    pass"))["c0"].error
    assert error is not None
    assert (error.type, error.message) == ("SyntaxError", "invalid syntax")
    assert (error.frames[0].cell_id, error.frames[0].line) == ("c0", 2)


@pytest.mark.parametrize(
    "loop",
    [
        "while True: pass",
        "import time\nwhile True:\n    try: time.sleep(9)\n    except BaseException: pass",
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "pow(7, 10**9)",
    ],
    ids=["loop", "catches everything", "ignores SIGINT", "holds the interpreter lock"],
)
async def test_an_endless_cell_is_ended_at_its_limit(run_sources: RunSources, loop: str) -> None:
    began = time.monotonic()
    events = await run_sources("x = 5", f"# test\n{loop}", "print(x)", seconds=1)
    ended = finished(events)
    assert ended["c1"].status is CellStatus.TIMED_OUT
    assert 0.9 < ended["c1"].seconds < 8
    assert ended["c2"].status is CellStatus.OK
    assert output(events, "c2") == "5\n"
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    "end",
    [
        "import os; os._exit(0)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import ctypes; ctypes.string_at(0)",
    ],
    ids=["os._exit", "SIGKILL", "segmentation fault"],
)
async def test_a_cell_that_ends_the_kernel_ends_alone(run_sources: RunSources, end: str) -> None:
    events = await run_sources("print('once'); x = 5", f"# test\n{end}", "print(x)")
    ended = finished(events)
    assert [ended[f"c{n}"].status for n in range(3)] == [
        CellStatus.OK,
        CellStatus.DIED,
        CellStatus.OK,
    ]
    assert output(events, "c0") == "once\n", "what runs again must not be reported again"
    assert output(events, "c2") == "5\n"


async def test_tests_are_not_run_again_in_a_new_kernel(run_sources: RunSources) -> None:
    events = await run_sources(
        "count = 0", "# test\ncount += 1", "# test\nimport os; os._exit(1)", "print(count)"
    )
    assert output(events, "c3") == "0\n"


async def test_a_notebook_that_kills_every_kernel_is_given_up(run_sources: RunSources) -> None:
    events = await run_sources(*["# test\nimport os; os._exit(1)"] * 9)
    assert isinstance(events[-1], RunFinished)
    assert events[-1].fault is not None
    assert "kernels" in events[-1].fault
    assert len(finished(events)) < 9


async def test_exit_keeps_the_other_cells(run_sources: RunSources) -> None:
    events = await run_sources("x = 1", "exit()", "import sys; sys.exit(3)", "print(x)")
    assert output(events, "c3") == "1\n"
    assert finished(events)["c2"].status is CellStatus.ERROR


async def test_the_whole_run_has_a_limit(run_sources: RunSources) -> None:
    events = await run_sources(*["import time; time.sleep(0.6)"] * 10, total=1.5)
    assert isinstance(events[-1], RunFinished)
    assert "limit of 1.5 s" in (events[-1].fault or "")
    assert len(finished(events)) < 5


async def test_a_flood_of_output_is_cut(run_sources: RunSources) -> None:
    events = await run_sources("for _ in range(20_000): print('x' * 100)", "print('after')")
    text = output(events, "c0")
    assert len(text) < 11_000
    assert "output cut here" in text
    assert finished(events)["c0"].status is CellStatus.OK
    assert output(events, "c1") == "after\n"


async def test_escapes_do_not_get_out(run_sources: RunSources) -> None:
    events = await run_sources(r"print('\x1b[31mred\x1b[0m \x1b]0;title\x07[b]plain[/b]')")
    assert output(events, "c0") == "red [b]plain[/b]\n"


async def test_input_is_refused_at_once(run_sources: RunSources) -> None:
    error = finished(await run_sources("input('name? ')"))["c0"].error
    assert error is not None
    assert error.type == "StdinNotImplementedError"


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux")
async def test_memory_has_a_limit(run_sources: RunSources) -> None:
    events = await run_sources("block = bytearray(3 * 2**30)", "print('alive')")
    error = finished(events)["c0"].error
    assert error is not None
    assert error.type == "MemoryError"
    assert output(events, "c1") == "alive\n"


async def test_a_warm_kernel_is_clean(runner: Runner, run_sources: RunSources) -> None:
    await runner.warm_up(2048)
    for _ in range(3):
        events = await run_sources(
            "print(sorted(n for n in globals() if n in ('x', 'numpy')))", "x=1"
        )
        assert output(events, "c0") == "[]\n"


@posix
async def test_cancelling_ends_the_kernel_at_once_and_the_runner_works_on(runner: Runner) -> None:
    job = Job((RunCell("c0", "while True: pass", 60),), 60, 2048, 1000)
    began = asyncio.Event()
    pids: list[int] = []

    async def consume() -> None:
        async for event in runner.run(job):
            if isinstance(event, KernelReady):
                pids.append(event.pid)
                began.set()

    task = asyncio.create_task(consume())
    await asyncio.wait_for(began.wait(), 60)
    start = time.monotonic()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert time.monotonic() - start < 3
    assert not alive(pids[0])
    short = Job((RunCell("c0", "print('again')", 60),), 60, 2048, 1000)
    events = [event async for event in runner.run(short)]
    assert output(events, "c0") == "again\n"


@posix
async def test_a_run_cancelled_twice_keeps_the_next_one_waiting(runner: Runner) -> None:
    job = Job((RunCell("c0", "while True: pass", 60),), 60, 2048, 1000)
    began = asyncio.Event()

    async def consume() -> None:
        async for event in runner.run(job):
            if isinstance(event, KernelReady):
                began.set()

    task = asyncio.create_task(consume())
    await asyncio.wait_for(began.wait(), 60)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    short = Job((RunCell("c0", "print('again')", 60),), 60, 2048, 1000)
    events = [event async for event in runner.run(short)]
    assert output(events, "c0") == "again\n"
    await asyncio.gather(task, return_exceptions=True)


@posix
async def test_nothing_is_left_of_kernels(
    runner: Runner, run_sources: RunSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = Path(tempfile.mkdtemp(prefix="x"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(short))
    (short / "tt-999999999-left").mkdir()
    await run_sources("x = 1", "# test\nimport os; os._exit(1)", "print(x)")
    await runner.close()
    assert list(short.iterdir()) == []
    short.rmdir()


@posix
async def test_a_killed_worker_takes_its_kernel_along(runner: Runner) -> None:
    job = Job((RunCell("c0", "while True: pass", 60),), 60, 2048, 1000)
    pid = 0
    events = []
    async for event in runner.run(job):
        events.append(event)
        if isinstance(event, KernelReady):
            pid = event.pid
            assert runner._worker is not None
            runner._worker.send_signal(signal.SIGKILL)
    assert isinstance(events[-1], RunFinished)
    assert "try again" in (events[-1].fault or "")
    for _ in range(100):
        if not alive(pid):
            break
        await asyncio.sleep(0.05)
    assert not alive(pid)


async def test_a_file_that_shadows_a_library_does_not_break_the_worker(
    tmp_path: Path, run_sources: RunSources
) -> None:
    (tmp_path / "asyncio.py").write_text("raise RuntimeError('shadowed')")
    events = await run_sources("print('runs')")
    assert output(events, "c0") == "runs\n"
