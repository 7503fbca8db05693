"""Tries the box before anything is entrusted to it: what a short attack gets out of it.

A sandbox that is said to work and does not is worse than none: grading refuses where this finds
anything.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tinytutor import interrupts
from tinytutor.running.events import CellOutput, Job, RunCell, RunFinished
from tinytutor.running.runner import Runner

_SECONDS = 20.0
_ESCAPED = "escaped"

_ATTACKS = {
    "it reads files outside the job's folder": "print(open({planted!r}).read())",
    "it writes files outside the job's folder": "open({written!r}, 'w').write('x')",
    "it sees the environment": "import os; print(os.environ.get({variable!r}, ''))",
    "it sees the environment of the grader": (
        "print({escaped!r} if open('/proc/{pid}/environ', 'rb').read() else '')"
    ),
    "it opens connections of the network": (
        "import socket; socket.create_connection(('127.0.0.1', {port}), 2); print({escaped!r})"
    ),
    "it reaches sockets of other programs": (
        "import socket; s = socket.socket(socket.AF_UNIX); s.connect({abstract!r})\n"
        "print({escaped!r})"
    ),
    "it writes to the system": (
        "import os; open('/usr/{token}', 'w'); os.remove('/usr/{token}'); print({escaped!r})"
    ),
    "it can signal other processes": "import os; os.kill({pid}, 0); print({escaped!r})",
    "it makes namespaces of its own": (
        "import ctypes, os\npid = os.fork()\n"
        "if pid == 0: os._exit(ctypes.CDLL(None).unshare(0x10000000) != 0)\n"
        "print({escaped!r} if os.waitpid(pid, 0)[1] == 0 else '')"
    ),
    "it leaves processes behind": (
        "import os, subprocess\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        os.execvp('sleep', ['{token}', '600'])\n"
        "    os._exit(0)"
    ),
}


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What an attack could get hold of."""

    token: str
    planted: Path
    written: Path
    port: int
    abstract: str


def escapes(*, sandbox: bool = True) -> list[str]:
    """What got out of the box, one sentence each; empty where it holds. Takes some seconds.

    Call it where `sandbox_support` says that there can be a box.

    Args:
        sandbox: False tries kernels without a box, which lets nearly everything out.
    """
    return interrupts.run(_escapes(sandbox))


async def _escapes(sandbox: bool) -> list[str]:
    with _surroundings() as around, tempfile.TemporaryDirectory(prefix="tt-try-") as folder:
        values = {
            "planted": str(around.planted),
            "written": str(around.written),
            "variable": around.token,
            "port": around.port,
            "abstract": around.abstract,
            "token": around.token,
            "pid": os.getpid(),
            "escaped": _ESCAPED + around.token,
        }
        cells = [
            RunCell(what, source.format(**values), _SECONDS) for what, source in _ATTACKS.items()
        ]
        control = RunCell("control", "print(6 * 7)", _SECONDS)
        job = Job((*cells, control), 6 * _SECONDS, memory_mib=2048, output_bytes=10_000)
        runner = Runner(Path(folder), sandbox=sandbox)
        shown: dict[str, str] = {}
        fault = None
        try:
            async for event in runner.run(job):
                if isinstance(event, CellOutput):
                    shown[event.cell_id] = shown.get(event.cell_id, "") + event.data
                elif isinstance(event, RunFinished):
                    fault = event.fault
        finally:
            await runner.close()
        if fault or shown.get("control") != "42\n":
            return [f"no kernel works in the box: {fault or 'it gave no answer'}"]
        return [what for what in _ATTACKS if around.token in shown.get(what, "")] + [
            *(["it writes files outside the job's folder"] if around.written.exists() else []),
            *(["it leaves processes behind"] if _end_named(around.token) else []),
        ]


@contextlib.contextmanager
def _surroundings() -> Iterator[_Surroundings]:
    """A secret in a file, in the environment, and two listening sockets."""
    token = f"tt{secrets.token_hex(8)}"
    with (
        tempfile.TemporaryDirectory(prefix="tt-out-") as name,
        socket.create_server(("127.0.0.1", 0)) as network,
        socket.socket(socket.AF_UNIX) as local,
    ):
        outside = Path(name)
        outside.chmod(0o777)
        (outside / "secret").write_text(token)
        (outside / "secret").chmod(0o666)
        abstract = f"\0{token}"
        local.bind(abstract)
        local.listen()
        os.environ[token] = token
        try:
            port = network.getsockname()[1]
            yield _Surroundings(token, outside / "secret", outside / "written", port, abstract)
        finally:
            del os.environ[token]


def _end_named(token: str) -> bool:
    """Ends the processes that go by this name; whether there were any."""
    found = False
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if (entry / "cmdline").read_bytes().startswith(token.encode()):
                    found = True
                    os.kill(int(entry.name), signal.SIGKILL)
    return found
