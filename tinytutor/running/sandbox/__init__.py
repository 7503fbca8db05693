"""A box for code of others, on Linux: no network, a read-only system, one folder, limits.

`sandbox_support` says whether this machine can build one, `sandboxed_command` puts any command into
one. Kernels are boxed by `Runner(folder, sandbox=True)`.
"""

from tinytutor.running.sandbox.box import Box
from tinytutor.running.sandbox.bubblewrap import sandboxed_command
from tinytutor.running.sandbox.support import (
    NoSandboxError,
    SandboxChoice,
    SandboxMode,
    SandboxSupport,
    choose_sandbox,
    give_to_box,
    sandbox_support,
)

__all__ = [
    "Box",
    "NoSandboxError",
    "SandboxChoice",
    "SandboxMode",
    "SandboxSupport",
    "choose_sandbox",
    "give_to_box",
    "sandbox_support",
    "sandboxed_command",
]
