"""Forked and boxed kernels through jupyter_client's door for kernels of other kinds: a provisioner.

A kernel that can't be forked is started in the ordinary way: a template is never needed. A box is,
where one was asked for: bubblewrap then starts the ordinary kernel.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Instance, Integer

from tinytutor.running.forked_process import ForkedProcess, fork_kernel
from tinytutor.running.forking import TemplateProcess
from tinytutor.running.processes import children
from tinytutor.running.sandbox.box import Box, clean_environment
from tinytutor.running.sandbox.bubblewrap import wrap
from tinytutor.running.sandbox.support import give_to_box
from tinytutor.running.started import started

# The current folder must not be searched yet: a student's `random.py` may lie in it. IPython lets
# cells import from it later.
KERNEL_PROGRAM = """
import sys
if not sys.path[0]:
    del sys.path[0]
from tinytutor.running.inside.kernel import main
main()
"""
PROVISIONER = "tinytutor-forked"
"""Its entry point in the group `jupyter_client.kernel_provisioners`."""


class ForkedProvisioner(LocalProvisioner):
    """Provides a forked kernel where there is a template, an ordinary one everywhere else."""

    process: Any = None
    template = Instance(TemplateProcess, allow_none=True)
    memory_mib = Integer()
    box = Instance(Box, allow_none=True)
    _behind_bubblewrap = False

    @property
    def kernel_pid(self) -> int:
        """Process id of the kernel itself, 0 if there is none."""
        if not self._behind_bubblewrap:
            return self.pid or 0
        return next((pid for first in self._first_inside() for pid in children(first)), 0)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Forks the kernel, or launches its command if that fails."""
        if self.box is not None:
            for writable in self.box.writable:
                await asyncio.to_thread(give_to_box, Path(writable))
        if self.template is None or not self.template.is_alive():
            return await self._launch_ordinary(cmd, **kwargs)
        folder = str(kwargs.get("cwd") or Path.cwd())
        try:
            process = await fork_kernel(
                self.template,
                {
                    "argv": cmd[cmd.index(KERNEL_PROGRAM) + 1 :],
                    "env": kwargs["env"],
                    "cwd": folder,
                    "memory_mib": self.memory_mib,
                    **self._box_request(),
                },
            )
        except OSError:
            self.template.close()  # it would fail, or not answer, each time
            return await self._launch_ordinary(cmd, **kwargs)
        self.process = process
        self.pid = self.pgid = process.pid
        self.cwd = folder
        return self.connection_info

    async def _launch_ordinary(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        if self.box is not None:
            # Its first process there has the number 1, and so has the parent of the kernel.
            cmd = wrap(cmd, self.box, {**kwargs["env"], "JPY_PARENT_PID": "1"})
            kwargs["env"] = clean_environment()
            self._behind_bubblewrap = True
        info = await super().launch_kernel(cmd, **kwargs)
        started.add(self.process.pid)
        return info

    def _box_request(self) -> dict[str, Any]:
        if self.box is None:
            return {}
        return {"box": self.box.as_json(), "folder": self.box.writable[0]}

    def _first_inside(self) -> list[int]:
        """Bubblewrap's only child, whose end is the end of all in the box."""
        return children(self.pid) if self.pid and self._behind_bubblewrap else []

    async def send_signal(self, signum: int) -> None:
        """Reaches the kernel, and ends a box from within, so that bubblewrap ends by itself."""
        if not self._behind_bubblewrap:
            await super().send_signal(signum)
            return
        targets = [self.kernel_pid] if signum == signal.SIGINT else self._first_inside()
        for pid in filter(None, targets):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signum if signum == signal.SIGINT else signal.SIGKILL)

    async def wait(self) -> int | None:
        """Waits for the end without asking for it again and again."""
        if isinstance(self.process, ForkedProcess):
            await self.process.ended()
        return await super().wait()
