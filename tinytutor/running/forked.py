"""Forked kernels through jupyter_client's door for kernels of other kinds: a provisioner.

A kernel that can't be forked is started in the ordinary way: a template is never needed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Instance, Integer

from tinytutor.running.forking import ForkedProcess, TemplateProcess

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

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Forks the kernel, or launches its command if that fails."""
        if self.template is None or not self.template.is_alive():
            return await super().launch_kernel(cmd, **kwargs)
        folder = str(kwargs.get("cwd") or Path.cwd())
        try:
            process = await self.template.fork(
                {
                    "argv": cmd[cmd.index(KERNEL_PROGRAM) + 1 :],
                    "env": kwargs["env"],
                    "cwd": folder,
                    "memory_mib": self.memory_mib,
                }
            )
        except OSError:
            self.template.close()  # it would fail, or not answer, each time
            return await super().launch_kernel(cmd, **kwargs)
        self.process = process
        self.pid = self.pgid = process.pid
        self.cwd = folder
        return self.connection_info

    async def wait(self) -> int | None:
        """Waits for the end without asking for it again and again."""
        if isinstance(self.process, ForkedProcess):
            await self.process.ended()
        return await super().wait()
