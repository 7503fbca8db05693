"""Finds out whether this machine can build a box, and if not, what would let it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import tinytutor
from tinytutor.running.sandbox.box import NOBODY
from tinytutor.running.sandbox.bubblewrap import sandboxed_command

_TRIAL_SECONDS = 30
_INSTALLERS = {
    "apt-get": "sudo apt-get install bubblewrap",
    "dnf": "sudo dnf install bubblewrap",
    "pacman": "sudo pacman -S bubblewrap",
    "zypper": "sudo zypper install bubblewrap",
    "apk": "sudo apk add bubblewrap",
}


@dataclass(frozen=True, slots=True)
class SandboxSupport:
    """Whether a box can be built here."""

    works: bool
    message: str
    """The fact, for a person."""
    mend: str = ""
    """The next step, where it doesn't work."""


class SandboxMode(StrEnum):
    """What is wanted for code of others."""

    AUTO = "auto"
    """A box where there can be one, otherwise limits alone, with a warning."""
    REQUIRE = "require"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class SandboxChoice:
    """What is done."""

    boxed: bool
    warning: str = ""
    """What whoever asked for it must know, empty where all is well."""


def choose_sandbox(mode: SandboxMode, support: SandboxSupport | None = None) -> SandboxChoice:
    """Whether to box. Raises NoSandboxError where a box is required and can't be built.

    Args:
        mode: what is wanted.
        support: what can be done, by default on this machine.
    """
    if mode is SandboxMode.OFF:
        return SandboxChoice(False)
    support = support or sandbox_support()
    if support.works:
        return SandboxChoice(True)
    if mode is SandboxMode.REQUIRE:
        raise NoSandboxError(support)
    return SandboxChoice(
        False,
        f"no sandbox: {support.message}. Limits guard against accidents alone, so run only what "
        f"you trust. Next step: {support.mend}",
    )


class NoSandboxError(RuntimeError):
    """A box was required where none can be built; the message names the next step."""

    def __init__(self, support: SandboxSupport):
        super().__init__(f"{support.message}: {support.mend}")


@cache
def sandbox_support() -> SandboxSupport:
    """What this machine can do: it builds a box and looks. Asked once per process."""
    if sys.platform != "linux":
        return SandboxSupport(
            False,
            "the sandbox exists on Linux only; here limits guard against accidents, "
            "not against hostile code",
            "run what others wrote on Linux: a virtual machine or a container will do",
        )
    if shutil.which("bwrap") is None:
        install = next((c for tool, c in _INSTALLERS.items() if shutil.which(tool)), "")
        return SandboxSupport(
            False, "bubblewrap is not installed", install or "install the package bubblewrap"
        )
    with tempfile.TemporaryDirectory(prefix="tt-trial-") as name:
        give_to_box(Path(name))
        command = sandboxed_command([sys.executable, "-I", "-S", "-c", "pass"], folder=Path(name))
        try:
            trial = subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_TRIAL_SECONDS,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            return SandboxSupport(False, f"bubblewrap does not run ({problem})", _next_step())
    if trial.returncode == 0:
        return SandboxSupport(True, "a box without network, with a read-only system, can be built")
    said = trial.stderr.strip().splitlines()
    reason = said[-1] if said else f"exit code {trial.returncode}"
    return SandboxSupport(False, f"bubblewrap can't build a box ({reason})", _next_step())


def give_to_box(folder: Path) -> None:
    """Lets a box write in a folder and all below: root gives it to nobody, who runs the box.

    The folder must be the job's own. Links are not followed. Raises OSError, also for a folder
    that is no job's: one with this program or the home in it.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        return
    place = folder.resolve()
    for kept in (Path(tinytutor.__file__), Path.home()):
        if kept.resolve().is_relative_to(place):
            raise PermissionError(f"{folder} can't be given to the sandbox: {kept} lies in it")
    # The program bears any depth, and no link that is put in its way makes it leave the folder.
    owner = f"{NOBODY}:{NOBODY}"
    given = subprocess.run(
        ["chown", "--recursive", "--no-dereference", owner, "--", folder],
        capture_output=True,
        check=False,
    )
    if given.returncode != 0:
        raise PermissionError(f"{folder} can't be given to the sandbox: {given.stderr!r:.200}")


def _next_step() -> str:
    """What most likely forbids namespaces on this machine, as the step that allows them."""
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    if _setting("kernel/unprivileged_userns_clone") == "0":
        return "sudo sysctl -w kernel.unprivileged_userns_clone=1"
    if _setting("user/max_user_namespaces") == "0":
        return "sudo sysctl -w user.max_user_namespaces=10000"
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return (
            "start the container with `--security-opt seccomp=unconfined "
            "--security-opt apparmor=unconfined --security-opt systempaths=unconfined`"
        )
    return "`bwrap --unshare-all --ro-bind / / true` shows what forbids it"


def _setting(name: str) -> str:
    with contextlib.suppress(OSError):
        return Path("/proc/sys", name).read_text().strip()
    return ""
