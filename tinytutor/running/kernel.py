"""Starts and ends one kernel: our Python, its own folder for sockets, limits, nothing inherited."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

START_SECONDS = 60.0
"""A slow machine may need long for a first import; a kernel that takes longer never comes."""

_ARGUMENTS = [
    "--InteractiveShell.xmode=Plain",
    "--InteractiveShell.colors=nocolor",
    "--HistoryManager.enabled=False",
    "--IPKernelApp.log_level=CRITICAL",
]
_FOLDER = "tt-"
"""Short, because the path of a socket may have 107 bytes at most."""
_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


class KernelStartError(RuntimeError):
    """No kernel answered; the message says what to do."""


class Kernel:
    """A running kernel and the client that talks to it."""

    def __init__(self, manager: AsyncKernelManager, client: AsyncKernelClient, folder: Path):
        self.manager = manager
        self.client = client
        self._folder = folder

    @classmethod
    async def start(cls, memory_mib: int) -> Kernel:
        """A kernel that answers, in the current folder. Raises KernelStartError."""
        folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-"))
        manager = _Manager(kernel_name="python3")
        manager.connection_file = str(folder / "kernel.json")
        if os.name == "posix":
            # TCP ports can be read by other users of the machine; a socket in a 0700 folder can't.
            manager.transport = "ipc"
            manager.ip = str(folder / "s")
        kernel: Kernel | None = None
        try:
            await manager.start_kernel(
                extra_arguments=_ARGUMENTS,
                env=_environment(folder),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                **({"preexec_fn": _limits(memory_mib)} if os.name == "posix" else {}),
            )
            client = _Client(parent=manager, **manager.get_connection_info(session=True))
            kernel = cls(manager, client, folder)
            client.start_channels(stdin=False, hb=False, control=False)
            await _wait_for_answer(client, manager)
        except BaseException as problem:
            if kernel is not None:
                await kernel.kill()
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(problem, OSError | RuntimeError):
                raise KernelStartError(
                    f"the kernel did not start ({problem}): `tinytutor doctor` finds out why"
                ) from problem
            raise
        return kernel

    @property
    def pid(self) -> int:
        """Process id, also of its process group; 0 once it has ended."""
        return getattr(self.manager.provisioner, "pid", None) or 0

    async def is_alive(self) -> bool:
        """Whether its process runs."""
        return bool(await self.manager.is_alive())

    async def interrupt(self) -> None:
        """Asks the running cell to stop, as Ctrl+C does."""
        await self.manager.interrupt_kernel()

    async def kill(self) -> None:
        """Ends the kernel with all its children, at once."""
        self.client.stop_channels()
        pid = self.pid
        if pid and os.name == "posix":
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        provisioner = self.manager.provisioner
        if provisioner is not None and provisioner.has_process:
            await provisioner.kill()
            while await provisioner.poll() is None:
                await asyncio.sleep(0.002)
        await self.manager.cleanup_resources()
        shutil.rmtree(self._folder, ignore_errors=True)


def sweep_folders() -> None:
    """Removes the folders of kernels whose worker was killed before it could do so."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*-*"):
        owner = folder.name.removeprefix(_FOLDER).partition("-")[0]
        if owner.isdigit() and not _is_running(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_running(pid: int) -> bool:
    if os.name == "nt":
        return True  # asking by signal would end it there; the folders hold a few hundred bytes
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class _Manager(AsyncKernelManager):
    """Always this Python: a kernel spec that the user installed may point to another one."""

    @property
    def kernel_spec(self) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


class _Client(AsyncKernelClient):
    """Reconnects fast: a socket that is not bound yet otherwise costs up to 100 ms."""

    def _create_connected_socket(self, channel: str, identity: bytes | None = None) -> Any:
        import zmq  # noqa: PLC0415  already imported by jupyter_client

        self.context.setsockopt(zmq.RECONNECT_IVL, 5)
        return super()._create_connected_socket(channel, identity)


async def _wait_for_answer(client: AsyncKernelClient, manager: AsyncKernelManager) -> None:
    """Ready: the shell has answered and its idle status has come, so that no output is lost.

    The client's own `wait_for_ready` does the same with a fixed pause of 200 ms.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        request = client.kernel_info()
        try:
            reply = await client.get_shell_msg(timeout=1)
            while reply["parent_header"].get("msg_id") != request:
                reply = await client.get_shell_msg(timeout=1)
            while True:
                message = await client.get_iopub_msg(timeout=0.05)
                if (
                    message["parent_header"].get("msg_id") == request
                    and message["content"].get("execution_state") == "idle"
                ):
                    return
        except Empty:
            if not await manager.is_alive():
                raise RuntimeError("its process ended at once") from None
    raise RuntimeError(f"no answer within {START_SECONDS:g} s")


def _environment(folder: Path) -> dict[str, str]:
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    return {
        **os.environ,
        # One thread each: matrices of lessons are small, and threads then cost more than they give.
        **dict.fromkeys(threads, "1"),
        "IPYTHONDIR": str(folder / "ipython"),
        "MALLOC_ARENA_MAX": "2",
        "PYTHONHASHSEED": "0",
        # A library file rewritten within a second could otherwise be taken from an old .pyc.
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
    }


def _limits(memory_mib: int) -> Callable[[], None]:
    """What the kernel's process does between fork and exec."""
    import resource  # noqa: PLC0415  POSIX only

    memory = memory_mib * 2**20
    file_size = 64 * 2**20

    def apply() -> None:
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
            import ctypes  # noqa: PLC0415

            ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    return apply
