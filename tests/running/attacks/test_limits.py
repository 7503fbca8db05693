"""Bombs are ended by a limit that the verdict names; nothing of them is left."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from tests.running.attacks.conftest import Attack, only_forked
from tests.running.conftest import RunSources, finished, needs_fork, output
from tinytutor.running.events import CellStatus, RunEvent
from tinytutor.running.limits import CellLimits, breach, cause_of_death
from tinytutor.running.processes import Usage

unboxed_forked = pytest.mark.parametrize("kind_of_kernel", ["forked"], indirect=True)
MANY_CHILDREN_THAT_TAKE_MEMORY = (
    "import os, time\n"
    "for _ in range(6):\n"
    "    if os.fork() == 0:\n"
    "        block = bytearray(b'x') * (150 * 2**20)\n"
    "        time.sleep(60)\n"
    "        os._exit(0)\n"
    "time.sleep(60)"
)
FORK_BOMB = "import os, time\nwhile True:\n    os.fork()\n    time.sleep(0.01)"
DAEMON = (
    "import os\n"
    "if os.fork() == 0:\n"
    "    os.setsid()\n"
    "    if os.fork() == 0:\n"
    "        os.setsid()\n"
    "        os.execvp('sleep', ['{name}', '600'])\n"
    "    os._exit(0)\n"
    "import time; time.sleep(0.3)"
)


def message(events: list[RunEvent], cell_id: str) -> str:
    error = finished(events)[cell_id].error
    assert error is not None
    return error.message


async def none_named(name: str) -> bool:
    """Whether soon no process goes by this name."""
    for _ in range(100):
        found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
        if not any(line.startswith(name) for line in found.stdout.splitlines()):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_memory_of_one_process_is_bounded(attack: Attack) -> None:
    events = await attack("block = bytearray(3 * 2**30)", "print('on')")
    error = finished(events)["c0"].error
    assert error is not None
    assert error.type == "MemoryError"
    assert output(events, "c1") == "on\n"


@only_forked
async def test_memory_of_many_processes_is_bounded(attack: Attack) -> None:
    events = await attack(MANY_CHILDREN_THAT_TAKE_MEMORY, "print('on')", memory_mib=600)
    assert finished(events)["c0"].status is CellStatus.DIED
    assert "memory limit of 600 MiB" in message(events, "c0")
    assert output(events, "c1") == "on\n"


async def test_a_fork_bomb_is_ended(attack: Attack) -> None:
    events = await attack(FORK_BOMB, "print('on')")
    text = message(events, "c0")
    assert "processes" in text or "[Errno 11]" in text
    assert output(events, "c1") == "on\n"


async def test_a_thread_bomb_is_refused(attack: Attack) -> None:
    bomb = (
        "import threading, time\n"
        "while True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    )
    events = await attack(bomb)
    assert "can't start new thread" in message(events, "c0")


@only_forked
async def test_a_filled_disk_is_ended(attack: Attack, tmp_path: Path) -> None:
    fill = (
        "import time\nfor n in range(9_999):\n"
        "    open(f'f{n}', 'wb').write(bytes(32 * 2**20)); time.sleep(0.05)"
    )
    events = await attack(
        "open('big', 'wb').write(bytes(100 * 2**20))",
        "for n in range(99): open(f'/tmp/f{n}', 'wb').write(bytes(32 * 2**20))",
        fill,
    )
    assert "[Errno 27]" in message(events, "c0")
    assert "[Errno 28]" in message(events, "c1")
    assert "disk limit of 256 MiB" in message(events, "c2")
    used = sum(file.stat().st_size for file in (tmp_path / "job").iterdir())
    assert used < 2**30


async def test_folders_in_each_other_without_end_do_no_harm(attack: Attack) -> None:
    nest = (
        "import os\n"
        "for place in ('.', os.path.dirname(os.environ['IPYTHONDIR'])):\n"
        "    os.chdir(place)\n"
        "    for _ in range(3_000): os.mkdir('d'); os.chdir('d')\n"
        "    os.symlink('/usr', 'out')\n"
        "print('made')"
    )
    events = await attack(nest, "import os; os._exit(1)", "print('on')")
    assert output(events, "c0") == "made\n"
    assert output(events, "c2") == "on\n"
    assert Path("/usr").stat().st_uid == 0


@only_forked
async def test_cpu_time_of_many_processes_is_bounded(attack: Attack) -> None:
    burn = "import os\nfor _ in range(7): os.fork()\nwhile True: pass"
    events = await attack(
        "import os\nfor _ in range(4):\n    if os.fork() == 0:\n        while True: pass\n"
        "import time; time.sleep(60)",
        burn,
        seconds=4,
    )
    assert finished(events)["c0"].status in (CellStatus.DIED, CellStatus.TIMED_OUT)
    assert finished(events)["c1"].status is not CellStatus.OK


async def test_no_daemon_is_left(attack: Attack, tmp_path: Path) -> None:
    name = f"tt-daemon-{tmp_path.name}-{id(tmp_path)}"
    events = await attack(DAEMON.format(name=name))
    assert finished(events)["c0"].status is CellStatus.OK
    assert await none_named(name)


@unboxed_forked
@needs_fork
async def test_no_daemon_is_left_without_a_box(run_sources: RunSources, tmp_path: Path) -> None:
    name = f"tt-daemon-{tmp_path.name}-{id(tmp_path)}"
    events = await run_sources(DAEMON.format(name=name), "# test\nimport os; os._exit(1)")
    assert finished(events)["c0"].status is CellStatus.OK
    assert await none_named(name)


@unboxed_forked
@needs_fork
async def test_bombs_without_a_box_are_ended(run_sources: RunSources, tmp_path: Path) -> None:
    name = f"tt-sleep-{tmp_path.name}-{id(tmp_path)}"
    bomb = (
        "# test\nimport subprocess, time\n"
        f"for _ in range(300): subprocess.Popen(['{name}', '600'], executable='/bin/sleep')\n"
        "time.sleep(60)"
    )
    events = await run_sources(bomb, "print('on')")
    assert "too many processes, the limit is 64" in message(events, "c0")
    assert output(events, "c1") == "on\n"
    assert await none_named(name)


LIMITS = CellLimits(memory_mib=100, cpu_seconds=4, processes=3)


@pytest.mark.parametrize(
    ("used", "words"),
    [
        (Usage(3, 100 * 2**20, 4.0), None),
        (Usage(4, 0, 0.0), "too many processes, the limit is 3"),
        (Usage(1, 100 * 2**20 + 1, 0.0), "memory limit of 100 MiB"),
        (Usage(1, 0, 4.1), "CPU time limit of 4 s"),
    ],
)
def test_a_breach_names_its_limit(used: Usage, words: str | None) -> None:
    reason = breach(used, LIMITS)
    assert (reason is None) == (words is None)
    assert (words or "") in (reason or "")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (None, "ended while this ran"),
        (3, "exit code 3"),
        (-11, "segmentation fault"),
        (139, "segmentation fault"),
        (-9, "killed"),
        (-5, "signal 5"),
    ],
)
def test_a_death_says_its_cause(code: int | None, words: str) -> None:
    assert words in cause_of_death(code)
