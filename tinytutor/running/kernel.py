"""Starts and ends one kernel: our Python, its own folder for sockets, limits, nothing inherited."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.factory import KernelProvisionerFactory

from tinytutor.running.folders import fits, make_folder, remove_folder
from tinytutor.running.forked import KERNEL_PROGRAM, PROVISIONER, ForkedProvisioner
from tinytutor.running.forked_process import ForkedProcess
from tinytutor.running.forking import TemplateProcess
from tinytutor.running.limits import FOLDER_MIB, MOST_FILES
from tinytutor.running.process import apply_limits, kernel_environment
from tinytutor.running.processes import (
    Usage,
    end_strays,
    family,
    parent,
    shared_out_bytes,
    strays_of,
    usage,
)
from tinytutor.running.sandbox.box import (
    Box,
    clean_environment,
    course_inside_package,
    python_paths,
)
from tinytutor.running.started import started

START_SECONDS = 60.0
"""A slow machine may need long for a first import; a kernel that takes longer never comes."""
FORKED_START_SECONDS = 15.0
"""A forked kernel has nothing to import."""
MOST_MESSAGE_BYTES = 8 * 2**20
"""A picture of 4 MiB fits. A longer message of a kernel ends its connection for a moment: it can't
fill our memory."""
_MOST_WAITING = 32
"""Messages that wait to be read."""
_END_SECONDS = 2.0
"""A killed process is gone within milliseconds, whether or not anybody can tell us."""

_ARGUMENTS = [
    "--InteractiveShell.xmode=Plain",
    "--InteractiveShell.colors=nocolor",
    "--HistoryManager.enabled=False",
    "--IPKernelApp.log_level=CRITICAL",
]


class KernelStartError(RuntimeError):
    """No kernel answered; the message says what to do."""


class Kernel:
    """A running kernel and the client that talks to it."""

    def __init__(self, manager: AsyncKernelManager, client: KernelClient, folder: Path):
        self.manager = manager
        self.client = client
        self._folder = folder
        self._process = getattr(manager.provisioner, "process", None)

    @classmethod
    async def start(
        cls, memory_mib: int, template: TemplateProcess | None = None, *, boxed: bool = False
    ) -> Kernel:
        """A kernel that answers, in the current folder. Raises KernelStartError."""
        folder = make_folder(os.getpid())
        box = _box(folder, memory_mib) if boxed else None
        manager = _Manager(kernel_name="python3")
        manager.provisioning = {"template": template, "memory_mib": memory_mib, "box": box}
        manager.connection_file = str(folder / "kernel.json")
        if os.name == "posix":
            # TCP ports can be read by other users of the machine; a socket in a 0700 folder can't.
            manager.transport = "ipc"
            manager.ip = str(folder / "s")
        kernel: Kernel | None = None
        try:
            await manager.start_kernel(
                extra_arguments=_ARGUMENTS,
                env={
                    **kernel_environment(clean_environment() if boxed else None),
                    "IPYTHONDIR": str(folder / "ipython"),
                },
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                **_first_step(box, memory_mib),
            )
            client = KernelClient(parent=manager, **manager.get_connection_info(session=True))
            kernel = cls(manager, client, folder)
            client.start_channels(stdin=False, hb=False, control=False)
            await _wait_for_answer(client, manager)
        except BaseException as problem:
            if kernel is not None:
                await kernel.kill()
            else:
                if manager.provisioner is not None:
                    await manager.provisioner.kill()
                    await manager.provisioner.wait()
                await manager.cleanup_resources()
            remove_folder(folder)
            if isinstance(problem, OSError | RuntimeError):
                raise KernelStartError(
                    f"the kernel did not start ({problem}): `tinytutor doctor` finds out why"
                ) from problem
            raise
        return kernel

    @property
    def pid(self) -> int:
        """Process id, also of its process group; 0 once it has ended."""
        provisioner = self.manager.provisioner
        if isinstance(provisioner, ForkedProvisioner):
            return provisioner.kernel_pid
        return getattr(provisioner, "pid", None) or 0

    @property
    def exit_code(self) -> int | None:
        """As in Popen.returncode."""
        return self._process.poll() if self._process is not None else None

    def usage(self) -> Usage:
        """What the kernel and all that it started use."""
        return usage(self._family())

    def memory_shared_out(self) -> int:
        """Their memory in bytes, where what several share is divided among them."""
        return shared_out_bytes(self._family())

    def folder_is_full(self) -> bool:
        """Whether a boxed kernel has written more to its job's folder than it may."""
        box: Box | None = getattr(self.manager.provisioner, "box", None)
        return box is not None and not fits(Path(box.folder), FOLDER_MIB * 2**20, MOST_FILES)

    def _family(self) -> set[int]:
        pid = self.pid
        if not pid:
            return set()
        if getattr(self.manager.provisioner, "box", None) is not None:
            first = parent(pid)
            return set(family(first)) - {first}
        # What has left the kernel was adopted by the process that started the kernel.
        return {*family(pid), *strays_of(parent(pid), started)}

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
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        provisioner = self.manager.provisioner
        if provisioner is not None and provisioner.has_process:
            await provisioner.kill()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_END_SECONDS):
                    while await provisioner.poll() is None:
                        await asyncio.sleep(0.002)
        if isinstance(self._process, subprocess.Popen):
            # The template does the same for the kernels that it forks.
            started.discard(self._process.pid)
            end_strays(started)
        await self.manager.cleanup_resources()
        remove_folder(self._folder)


def _box(kernel_folder: Path, memory_mib: int) -> Box:
    """The box of one kernel, which may write in the current folder and in its own."""
    return Box(
        folder=str(Path.cwd()),
        readable=python_paths(),
        hidden=course_inside_package(),
        writable=(str(kernel_folder),),
        memory_mib=memory_mib,
    )


def _first_step(box: Box | None, memory_mib: int) -> dict[str, Any]:
    """What an ordinary kernel does before anything else; in a box that is the box's matter."""
    if os.name != "posix" or box is not None:
        return {}
    return {"preexec_fn": partial(apply_limits, memory_mib)}


class _Manager(AsyncKernelManager):
    """Always this Python: a kernel spec that the user installed may point to another one."""

    provisioning: dict[str, Any]

    @property
    def kernel_spec(self) -> KernelSpec:
        argv = [sys.executable, "-c", KERNEL_PROGRAM, "-f", "{connection_file}"]
        spec = KernelSpec(argv=argv, display_name="Python 3", language="python")
        # An installation that does not know this entry point goes on with ordinary kernels.
        known = PROVISIONER in KernelProvisionerFactory.instance().get_provisioner_entries()
        if not known and self.provisioning["box"] is not None:
            raise RuntimeError("this installation of tinytutor is broken: it can't box kernels")
        if known:
            spec.metadata["kernel_provisioner"] = {
                "provisioner_name": PROVISIONER,
                "config": self.provisioning,
            }
        return spec


class KernelClient(AsyncKernelClient):
    """Sends instructions along with a cell, and reads no message of boundless size."""

    def __init__(self, **settings: Any):
        super().__init__(**settings)
        self.instructions: dict[str, str] = {}
        """For the next cell, see `inside.instructions`."""

    def execute(
        self,
        code: str,
        silent: bool = False,
        store_history: bool = True,
        user_expressions: dict[str, Any] | None = None,
        allow_stdin: bool | None = None,
        stop_on_error: bool = True,
    ) -> str:
        """Sends an execute request; returns its id."""
        expressions = {**(user_expressions or {}), **self.instructions}
        return str(
            super().execute(code, silent, store_history, expressions, allow_stdin, stop_on_error)
        )

    def _create_connected_socket(self, channel: str, identity: bytes | None = None) -> Any:
        import zmq  # noqa: PLC0415  already imported by jupyter_client

        # A socket that is not bound yet otherwise costs up to 100 ms.
        self.context.setsockopt(zmq.RECONNECT_IVL, 5)
        self.context.setsockopt(zmq.RCVHWM, _MOST_WAITING)
        self.context.setsockopt(zmq.MAXMSGSIZE, MOST_MESSAGE_BYTES)
        return super()._create_connected_socket(channel, identity)


async def _wait_for_answer(client: AsyncKernelClient, manager: AsyncKernelManager) -> None:
    """Ready: the shell has answered and its idle status has come, so that no output is lost.

    The client's own `wait_for_ready` does the same with a fixed pause of 200 ms.
    """
    forked = isinstance(getattr(manager.provisioner, "process", None), ForkedProcess)
    seconds = FORKED_START_SECONDS if forked else START_SECONDS
    deadline = time.monotonic() + seconds
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
    raise RuntimeError(f"no answer within {seconds:g} s")
