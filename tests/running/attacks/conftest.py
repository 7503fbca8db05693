"""Attacks run in a box of each kind; where none can be built they are skipped with the reason."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.running.conftest import output
from tinytutor.running.events import Job, RunCell, RunEvent
from tinytutor.running.folders import remove_folder
from tinytutor.running.forking import ORDINARY
from tinytutor.running.runner import Runner
from tinytutor.running.sandbox import sandbox_support

Attack = Callable[..., Awaitable[list[RunEvent]]]


@pytest.fixture(params=["forked", "bubblewrap"])
def kind_of_box(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Boxes are built by a forked kernel itself, or by bubblewrap around an ordinary one."""
    support = sandbox_support()
    if not support.works:
        pytest.skip(f"no sandbox here: {support.message}: {support.mend}")
    if request.param == "bubblewrap":
        monkeypatch.setenv(ORDINARY, "1")
    else:
        monkeypatch.delenv(ORDINARY, raising=False)
    return str(request.param)


only_forked = pytest.mark.parametrize("kind_of_box", ["forked"], indirect=True)
"""For attacks that end in the same code in both kinds."""


@pytest.fixture
async def boxed_runner(tmp_path: Path, kind_of_box: str) -> AsyncIterator[Runner]:
    folder = tmp_path / "job"
    folder.mkdir()
    runner = Runner(folder, sandbox=True)
    yield runner
    await runner.close()
    # Thousands of folders in each other, 256 MiB: pytest would keep them, then fail to remove them.
    remove_folder(folder)


@pytest.fixture
def attack(boxed_runner: Runner) -> Attack:
    """Runs sources as cells in a box; then another notebook must run normally."""

    async def run(*sources: str, seconds: float = 20, memory_mib: int = 2048) -> list[RunEvent]:
        cells = tuple(RunCell(f"c{n}", s, seconds) for n, s in enumerate(sources))
        events = await collect(boxed_runner, Job(cells, 120, memory_mib, output_bytes=10_000))
        after = Job((RunCell("after", "print(6 * 7)", 20),), 60, 2048, 10_000)
        assert output(await collect(boxed_runner, after), "after") == "42\n"
        return events

    return run


async def collect(runner: Runner, job: Job) -> list[RunEvent]:
    return [event async for event in runner.run(job)]
