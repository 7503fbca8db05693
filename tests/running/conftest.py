"""A runner with a real worker and real kernels, one per test."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tinytutor.running.calibration import OVERRIDE
from tinytutor.running.events import CellFinished, CellOutput, Job, RunCell, RunEvent
from tinytutor.running.forking import ORDINARY
from tinytutor.running.runner import Runner

os.environ[OVERRIDE] = "1"  # the limits of these tests are those of the machine that runs them
RunSources = Callable[..., Awaitable[list[RunEvent]]]


needs_fork = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")


KINDS = [pytest.param("forked", marks=needs_fork), "ordinary"]


@pytest.fixture(params=KINDS)
def kind_of_kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every test that runs cells runs them in kernels of both kinds."""
    if request.param == "ordinary":
        monkeypatch.setenv(ORDINARY, "1")
    else:
        monkeypatch.delenv(ORDINARY, raising=False)
    return str(request.param)


@pytest.fixture
async def runner(tmp_path: Path, kind_of_kernel: str) -> AsyncIterator[Runner]:
    runner = Runner(tmp_path)
    yield runner
    await runner.close()


@pytest.fixture
def run_sources(runner: Runner) -> RunSources:
    """Runs sources as cells `c0`, `c1`, …; those that begin with `# test` are tests."""

    async def run(*sources: str, seconds: float = 20, total: float = 60) -> list[RunEvent]:
        cells = tuple(
            RunCell(f"c{n}", source, seconds, source.startswith("# test"))
            for n, source in enumerate(sources)
        )
        job = Job(cells, total, memory_mib=2048, output_bytes=10_000)
        return [event async for event in runner.run(job)]

    return run


def finished(events: list[RunEvent]) -> dict[str, CellFinished]:
    return {event.cell_id: event for event in events if isinstance(event, CellFinished)}


def output(events: list[RunEvent], cell_id: str) -> str:
    return "".join(
        event.data for event in events if isinstance(event, CellOutput) and event.cell_id == cell_id
    )


def forked(pid: int) -> bool:
    """Whether a process was forked from a template. Linux only."""
    return b"tinytutor.running.template" in Path(f"/proc/{pid}/cmdline").read_bytes()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"
