"""Forked kernels: as clean as a process of their own, and never needed."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.running.conftest import RunSources, alive, finished, forked, needs_fork, output
from tinytutor.running import forked_process, forking
from tinytutor.running.events import CellStatus, Job, RunCell, RunEvent, RunFinished
from tinytutor.running.forking import ORDINARY, TemplateProcess, start_template
from tinytutor.running.kernel import Kernel
from tinytutor.running.process import kernel_environment
from tinytutor.running.runner import Runner
from tinytutor.running.worker import Worker

pytestmark = needs_fork
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
only_forked = pytest.mark.parametrize("kind_of_kernel", ["forked"], indirect=True)

SURROUNDINGS = """
import gc, json, os, random, resource, signal, sys, threading
import numpy
print(json.dumps({
    "environment": dict(os.environ),
    "folder": os.getcwd(),
    "path": sys.path,
    "flags": str(sys.flags),
    "bytecode": sys.dont_write_bytecode,
    "program": os.path.basename(sys.argv[0]),
    "names": sorted(name for name in globals() if not name.startswith("_")),
    "limits": [resource.getrlimit(getattr(resource, name)) for name in dir(resource)
               if name.startswith("RLIMIT_")],
    "signals": [str(signal.getsignal(number)) for number in (2, 13, 15, 17, signal.SIGHUP)],
    "blocked": [int(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, [])],
    "threads": sorted(thread.name.split("-")[0] for thread in threading.enumerate()),
    "collects": gc.isenabled(),
    "leads": os.getpid() == os.getpgid(0) == os.getsid(0),
    "streams": [sys.stdout.encoding, sys.getfilesystemencoding()],
    "hash": hash("tensor"),
}))
"""
DESCRIPTORS = """
import collections, json, os
links = (os.path.realpath(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd"))
print(json.dumps(collections.Counter(
    "".join(c for c in os.path.basename(link) if not c.isdigit()) for link in links)))
"""


@pytest.fixture
def folders(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the folders of kernels go; its path is short, as those of sockets must be."""
    folder = Path(tempfile.mkdtemp(prefix="x"))
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
async def template(folders: Path) -> AsyncIterator[TemplateProcess]:
    template = start_template(kernel_environment())
    assert template is not None
    yield template
    template.close()


async def ask(kernel: Kernel, source: str) -> str:
    """What a source prints in a kernel."""
    texts: list[str] = []

    def keep(message: dict[str, dict[str, str]]) -> None:
        texts.append(message["content"].get("text", ""))

    await kernel.client.execute_interactive(source, output_hook=keep, timeout=60)
    return "".join(texts)


async def descriptors(kernel: Kernel) -> dict[str, int]:
    """How many descriptors of each sort are open in a kernel."""
    await asyncio.sleep(0.5)  # until all sockets of the client are connected
    counts: dict[str, int] = json.loads(await ask(kernel, DESCRIPTORS))
    # jupyter_client gives ordinary kernels a pipe to nobody as their input.
    counts["null"] += counts.pop("pipe:[]", 0)
    return counts


async def gone(*pids: int) -> bool:
    """Whether all of them end soon."""
    for _ in range(200):
        if not any(map(alive, pids)):
            return True
        await asyncio.sleep(0.05)
    return False


def job(*sources: str) -> Job:
    cells = tuple(RunCell(f"c{n}", s, 20, s.startswith("# test")) for n, s in enumerate(sources))
    return Job(cells, 60, memory_mib=2048, output_bytes=10_000)


async def run_in(worker: Worker, events: list[RunEvent], *sources: str) -> None:
    events.clear()
    cells = [
        {"id": c.id, "source": c.source, "seconds": c.seconds, "is_test": c.is_test}
        for c in job(*sources).cells
    ]
    await worker.handle(
        {"job": {"cells": cells, "seconds": 60, "memory_mib": 2048, "output_bytes": 10_000}}
    )
    while not (events and isinstance(events[-1], RunFinished)):
        await asyncio.sleep(0.02)


@linux
async def test_kernels_are_forked_unless_told_otherwise(
    runner: Runner, run_sources: RunSources, kind_of_kernel: str
) -> None:
    show = "print(open('/proc/self/cmdline').read())"
    for _ in range(2):
        events = await run_sources(show)
        was_forked = "tinytutor.running.template" in output(events, "c0")
        assert was_forked == (kind_of_kernel == "forked")


@only_forked
async def test_forked_kernels_share_no_state(run_sources: RunSources) -> None:
    spoil = (
        "import builtins, os, random, sys, numpy as np\n"
        "x = 1; os.environ['SPOILT'] = 'yes'; os.chdir('/'); sys.path.append('/spoilt')\n"
        "np.pi = 3; builtins.spoilt = True; random.seed(1); np.random.seed(1)\n"
        "kept = open(os.devnull)"
    )
    look = (
        "import builtins, os, sys, numpy as np\n"
        "print('x' in globals(), 'SPOILT' in os.environ, os.getcwd() == '/',"
        " '/spoilt' in sys.path, np.pi == 3, hasattr(builtins, 'spoilt'))"
    )
    draw = (
        "import os, random, tempfile, uuid, numpy as np\n"
        "print(random.random(), np.random.rand(), np.random.default_rng().random(), uuid.uuid4())"
    )
    drawn: list[str] = []
    for _ in range(3):
        events = await run_sources(look, draw, spoil)
        assert finished(events)["c2"].status is CellStatus.OK
        assert set(output(events, "c0").split()) == {"False"}
        drawn += output(events, "c1").split()
    assert len(drawn) == len(set(drawn)) == 12


@linux
async def test_a_forked_kernel_finds_what_an_ordinary_one_finds(
    template: TemplateProcess,
) -> None:
    found = []
    for source in (template, template, None):
        kernel = await Kernel.start(2048, source)
        try:
            assert forked(kernel.pid) == (source is not None)
            surroundings = json.loads(await ask(kernel, SURROUNDINGS))
            surroundings["descriptors"] = await descriptors(kernel)
        finally:
            await kernel.kill()
        parent = surroundings["environment"].pop("JPY_PARENT_PID")
        assert int(parent) == (template.pid if source else os.getpid())
        surroundings["environment"].pop("IPYTHONDIR")
        found.append(surroundings)
    first, second, ordinary = found
    assert first == ordinary
    assert second == ordinary


@linux
async def test_two_kernels_at_once_know_nothing_of_each_other(template: TemplateProcess) -> None:
    first, second = await asyncio.gather(*(Kernel.start(2048, template) for _ in range(2)))
    try:
        assert first.pid != second.pid
        await ask(first, "x = 1; print()")  # the first print opens a socket
        assert await ask(second, "print('x' in globals())") == "False\n"
        assert await descriptors(first) == await descriptors(second)
        await first.kill()
        assert await ask(second, "print('still here')") == "still here\n"
    finally:
        await first.kill()
        await second.kill()


@linux
async def test_the_template_stays_single_threaded(template: TemplateProcess) -> None:
    for _ in range(3):
        kernel = await Kernel.start(2048, template)
        await kernel.kill()
    status = Path(f"/proc/{template.pid}/status").read_text()
    assert "\nThreads:\t1\n" in status


async def test_later_kernels_have_next_to_nothing_to_import(template: TemplateProcess) -> None:
    # What the template holds is frozen, and so not among the objects that the collector lists.
    own = (
        "import gc, sys, types\n"
        "own = {id(o) for o in gc.get_objects() if isinstance(o, types.ModuleType)}\n"
        "print(sum(id(module) in own for module in sys.modules.values()))"
    )
    imported = []
    for _ in range(3):
        kernel = await Kernel.start(2048, template)
        imported.append(int(await ask(kernel, own)))
        await kernel.kill()
    assert imported[1] == imported[2] < 20 < imported[0], imported


async def test_the_end_of_a_kernel_is_seen_at_once(template: TemplateProcess) -> None:
    kernel = await Kernel.start(2048, template)
    provisioner = kernel.manager.provisioner
    assert provisioner is not None
    process = provisioner.process  # type: ignore[attr-defined]
    ended = asyncio.ensure_future(provisioner.wait())
    await asyncio.sleep(0.1)
    assert not ended.done()
    os.kill(kernel.pid, signal.SIGTERM)
    await asyncio.wait_for(ended, 5)
    assert process.returncode == -signal.SIGTERM
    await kernel.kill()


@only_forked
async def test_a_cell_that_kills_the_template_ends_alone(run_sources: RunSources) -> None:
    events = await run_sources(
        "x = 5",
        "# test\nimport os, signal, time\nos.kill(os.getppid(), 9)\ntime.sleep(9)",
        "print(x)",
    )
    ended = finished(events)
    assert ended["c1"].status is CellStatus.DIED
    assert ended["c2"].status is CellStatus.OK
    assert output(events, "c2") == "5\n"
    assert output(await run_sources("print(1)"), "c0") == "1\n"


@only_forked
async def test_the_template_does_not_import_what_lies_in_the_students_folder(
    run_sources: RunSources, tmp_path: Path
) -> None:
    (tmp_path / "ipykernel.py").write_text("raise SystemExit(1)\n", "utf-8")
    (tmp_path / "mine.py").write_text("x = 3\n", "utf-8")
    events = await run_sources("import mine; print(mine.x)", "import os; print(os.getppid())")
    assert output(events, "c0") == "3\n"
    if sys.platform == "linux":
        assert forked(int(output(events, "c1"))), "its parent is the template"


@linux
@pytest.mark.parametrize(
    "program",
    [
        "raise SystemExit(1)",
        "import time; time.sleep(600)",
        "from tinytutor.running import template\n"
        "template._become_kernel = lambda *_: None\ntemplate.main()",
        "from tinytutor.running import template\nimport time\n"
        "template._become_kernel = lambda *_: time.sleep(600)\ntemplate.main()",
    ],
    ids=["does not start", "does not answer", "kernels end", "kernels hang"],
)
async def test_a_template_that_fails_is_done_without(
    program: str, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forking, "_PROGRAM", program)
    monkeypatch.setattr(forked_process, "_FORK_SECONDS", 2.0)
    monkeypatch.setattr("tinytutor.running.kernel.FORKED_START_SECONDS", 2.0)
    events: list[RunEvent] = []
    broken = start_template(kernel_environment())
    assert broken is not None
    worker = Worker(events.append, broken)
    for _ in range(2):
        await run_in(worker, events, "print(open('/proc/self/cmdline').read())")
        assert "inside.kernel" in output(events, "c0")
        assert not broken.is_alive(), "it is not tried again"
    await worker.close()
    assert await gone(broken.pid)
    assert list(folders.iterdir()) == []


@linux
async def test_a_template_whose_trial_crashes_forks_no_more(
    folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = (
        "from tinytutor.running import template\nimport os\n"
        "template._play_kernel = lambda *_: os.abort()\ntemplate.main()"
    )
    monkeypatch.setattr(forking, "_PROGRAM", program)
    events: list[RunEvent] = []
    worker = Worker(events.append, start_template(kernel_environment()))
    seen = []
    for _ in range(3):
        await run_in(worker, events, "print(open('/proc/self/cmdline').read())")
        seen.append("inside.kernel" in output(events, "c0"))
    await worker.close()
    assert seen == [False, True, True]
    assert list(folders.iterdir()) == []


def test_no_template_where_processes_cannot_be_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ORDINARY, "1")
    assert start_template(kernel_environment()) is None
    monkeypatch.delenv(ORDINARY)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert start_template(kernel_environment()) is None


@linux
@only_forked
@pytest.mark.parametrize("end", ["killed", "closed"])
async def test_nothing_is_left_of_a_worker(runner: Runner, folders: Path, end: str) -> None:
    source = (
        "import os, subprocess\nchild = subprocess.Popen(['sleep', '600'])\n"
        "print(os.getpid(), os.getppid(), child.pid)\nwhile True: pass"
    )
    pids: list[int] = []
    events: list[RunEvent] = []
    run = runner.run(job(source))
    async for event in run:
        events.append(event)
        if text := output(events, "c0"):
            pids = [int(word) for word in text.split()]
            break
    assert len(pids) == 3
    assert all(map(alive, pids))
    assert runner._worker is not None
    if end == "killed":
        runner._worker.send_signal(signal.SIGKILL)
    await run.aclose()  # type: ignore[attr-defined]
    await runner.close()
    assert await gone(*pids)
    for _ in range(100):
        if not list(folders.iterdir()):
            break
        await asyncio.sleep(0.05)
    assert list(folders.iterdir()) == []


@linux
async def test_many_kernels_in_a_row_leak_nothing(template: TemplateProcess, folders: Path) -> None:
    def counts() -> tuple[int, int, int]:
        own = len(list(Path("/proc/self/fd").iterdir()))
        templates = len(list(Path(f"/proc/{template.pid}/fd").iterdir()))
        return own, templates, len(list(folders.iterdir()))

    pids = []
    for number in range(200):
        kernel = await Kernel.start(2048, template)
        assert forked(kernel.pid)
        pids.append(kernel.pid)
        await kernel.kill()
        if number == 9:
            before = counts()
    await asyncio.sleep(0.2)
    after = counts()
    assert after[1:] == before[1:]
    assert after[0] <= before[0] + 2
    assert after[2] == 0
    children = subprocess.run(["ps", "--ppid", str(template.pid)], capture_output=True, check=False)
    assert len(children.stdout.splitlines()) == 1, "its headline alone"
    assert not any(map(alive, pids))


@linux
async def test_starts_cancelled_at_any_moment_leave_nothing(
    template: TemplateProcess, folders: Path
) -> None:
    chance = random.Random(4)
    for _ in range(40):
        start = asyncio.ensure_future(Kernel.start(2048, template))
        await asyncio.sleep(chance.random() * 0.15)
        start.cancel()
        result = (await asyncio.gather(start, return_exceptions=True))[0]
        if isinstance(result, Kernel):
            await result.kill()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        children = subprocess.run(
            ["ps", "--ppid", str(template.pid)], capture_output=True, check=False
        ).stdout.splitlines()
        if len(children) == 1:
            break
        await asyncio.sleep(0.05)
    assert len(children) == 1
    assert list(folders.iterdir()) == []
    kernel = await Kernel.start(2048, template)
    assert forked(kernel.pid)
    await kernel.kill()
