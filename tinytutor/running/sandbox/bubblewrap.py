"""Puts a command into a box that bubblewrap builds."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tinytutor.running.sandbox.box import (
    NOBODY,
    SYSTEM_LINKS,
    Box,
    clean_environment,
    course_inside_package,
    python_paths,
)
from tinytutor.running.sandbox.seccomp import seccomp_program

_LAST_STEP = Path(__file__).resolve().with_name("confine.py")


def sandboxed_command(
    argv: Sequence[str],
    *,
    folder: Path,
    readable: Iterable[Path] = (),
    environment: Mapping[str, str] | None = None,
    memory_mib: int = 2048,
    cpu_seconds: int | None = None,
) -> list[str]:
    """The command that runs `argv` in a box, starting in `folder`.

    The box sees the system, this Python with its packages, and what is `readable`, all of it
    read-only and under the same paths as outside; it writes in `folder` and in a /tmp of its own.
    It has no network, its own processes, and of the environment only language, time zone, PATH
    and what is given. It ends with the process that starts it. Started by root, it runs as
    nobody: give `folder` to that user first (`give_to_box`).

    Ask `sandbox_support` before: without bubblewrap the command does not start.

    Args:
        argv: program and arguments; `sys.executable` is visible inside.
        folder: an existing folder, the only one that can be written.
        readable: files and folders to see besides.
        environment: variables to set.
        memory_mib: address space of each process.
        cpu_seconds: CPU time of each process.
    """
    box = Box(
        folder=str(folder.resolve()),
        readable=(*python_paths(), *(str(Path(path).resolve()) for path in readable)),
        hidden=course_inside_package(),
        memory_mib=memory_mib,
        cpu_seconds=cpu_seconds,
    )
    return wrap(argv, box, {**clean_environment(), **(environment or {})})


def wrap(argv: Sequence[str], box: Box, environment: Mapping[str, str]) -> list[str]:
    """The command that runs `argv` in this box, with exactly this environment."""
    program = seccomp_program()
    last_step = {
        "user": NOBODY if os.geteuid() == 0 else None,
        "folder": box.folder,
        "limits": box.limits(),
        "filter": program.hex() if program else "",
    }
    own_python = [sys.executable, "-I", "-S", str(_LAST_STEP)]
    return [
        shutil.which("bwrap") or "bwrap",
        *_isolation(),
        *_files(box),
        # Only nobody may enter the folder where root runs this: the last step goes there.
        *("--chdir", "/", "--clearenv"),
        *(part for item in environment.items() for part in ("--setenv", *item)),
        "--",
        *own_python,
        json.dumps(last_step),
        *argv,
    ]


def _isolation() -> list[str]:
    """Namespaces and rights. Root keeps the right to become nobody, which is the last step."""
    namespaces = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    rights = ["--cap-drop", "ALL"]
    if os.geteuid() == 0:
        rights += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        namespaces.append("--unshare-user")
    return [
        *namespaces,
        "--unshare-cgroup-try",
        *rights,
        *("--hostname", "box"),
        "--die-with-parent",
        "--new-session",
    ]


def _files(box: Box) -> list[str]:
    """Mounts, the containing before the contained."""
    arguments: list[str] = []
    for link in map(Path, SYSTEM_LINKS):
        if link.is_symlink():
            arguments += ["--symlink", str(link.readlink()), str(link)]
        elif link.exists():
            arguments += ["--ro-bind", str(link), str(link)]
    scratch = str(box.scratch_mib * 2**20)
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    for place in ("/tmp", "/dev/shm"):
        arguments += ["--perms", "1777", "--size", scratch, "--tmpfs", place]
    places = (*box.visible(), *box.writable, box.folder)
    above = {str(parent) for place in places for parent in Path(place).parents}
    for path in sorted(above - {"/", "/tmp"}):
        # By itself, bubblewrap would let nobody but root through where the original does so.
        arguments += ["--perms", "0755", "--dir", path]
    for path in box.visible():
        arguments += ["--ro-bind", path, path]
    for path in box.hidden:
        arguments += ["--tmpfs", path, "--remount-ro", path]
    for path in (*box.writable, box.folder):
        arguments += ["--bind", path, path]
    return [*arguments, "--remount-ro", "/"]
