"""Enters a box without bubblewrap: a forked kernel is no command that it could start.

What is inside is the same as in `bubblewrap`, and the tests attack both.
"""

from __future__ import annotations

import ctypes
import os
import platform
from pathlib import Path

from tinytutor.running.sandbox.box import DEVICES, NOBODY, SYSTEM_LINKS, Box
from tinytutor.running.sandbox.confine import call, confine, map_own_user
from tinytutor.running.sandbox.seccomp import seccomp_program

_NEW_MOUNTS, _NEW_CGROUP, _NEW_NAMES, _NEW_IPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
_NEW_USER, _NEW_PROCESSES, _NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
_NO_SETUID, _NO_DEVICES, _NO_PROGRAMS, _BIND, _PRIVATE = 2, 4, 8, 4096, 1 << 18
_RECURSIVE = 16384
_READ_ONLY_ATTRIBUTE = 1
_WHOLE_TREE = 0x8000
_CURRENT_FOLDER = -100
_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_MOUNT_SETATTR = 442
_PROC_TO_COVER = ("sys", "sysrq-trigger", "irq", "bus")


class _MountAttributes(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint64) for name in ("on", "off", "propagation", "user"))


def leave_processes() -> None:
    """The next child of this process is the first of a new process namespace. Raises OSError.

    Who isn't root needs a user namespace for it, which gives the rights to build the rest.
    """
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        call("unshare", _NEW_PROCESSES)
    else:
        call("unshare", _NEW_USER | _NEW_PROCESSES)
        map_own_user(user, group)


def enter(box: Box, mount_point: Path) -> None:
    """Builds the box around this process, the first of its namespace. Raises OSError.

    `mount_point` is a folder that this makes and takes as its root.
    """
    call("unshare", _NEW_MOUNTS | _NEW_NETWORK | _NEW_IPC | _NEW_NAMES | _NEW_CGROUP)
    mount_point.mkdir()
    _mount("none", Path("/"), flags=_RECURSIVE | _PRIVATE)
    _mount("tmpfs", mount_point, "tmpfs", _NO_SETUID | _NO_DEVICES, "size=4m,mode=755")
    _add_devices(mount_point)
    for place in ("tmp", "dev/shm"):
        _add_scratch(mount_point / place, box.scratch_mib)
    for link in map(Path, SYSTEM_LINKS):
        if link.is_symlink():
            (mount_point / link.name).symlink_to(link.readlink())
        elif link.exists():
            _bind(link, mount_point)
    for path in box.visible():
        _bind(Path(path), mount_point)
    for path in box.hidden:
        _mount("tmpfs", _inside(mount_point, path), "tmpfs", data="size=4k,mode=555")
        _set_attributes(_inside(mount_point, path), _READ_ONLY_ATTRIBUTE)
    for path in (*box.writable, box.folder):
        _bind(Path(path), mount_point, writable=True)
    _add_proc(mount_point / "proc")
    _take_as_root(mount_point)
    call("sethostname", b"box", 3)
    confine(NOBODY if os.geteuid() == 0 else None, box.limits(), seccomp_program())
    os.chdir(box.folder)


def _add_devices(root: Path) -> None:
    (root / "dev/shm").mkdir(parents=True)
    for name in DEVICES:
        (root / "dev" / name).touch()
        _mount(f"/dev/{name}", root / "dev" / name, flags=_BIND)
    (root / "dev/fd").symlink_to("/proc/self/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (root / "dev" / name).symlink_to(f"/proc/self/fd/{number}")


def _add_scratch(place: Path, mib: int) -> None:
    place.mkdir(exist_ok=True)
    _mount("tmpfs", place, "tmpfs", _NO_SETUID | _NO_DEVICES, f"size={mib}m,mode=1777")


def _add_proc(place: Path) -> None:
    place.mkdir()
    _mount("proc", place, "proc", _NO_SETUID | _NO_DEVICES | _NO_PROGRAMS)
    for name in _PROC_TO_COVER:
        covered = place / name
        if covered.exists():
            _mount(str(covered), covered, flags=_BIND)
            _set_attributes(covered, _READ_ONLY_ATTRIBUTE)


def _bind(source: Path, root: Path, *, writable: bool = False) -> None:
    """Shows a file or folder under its own path; of a writable one not what is mounted within."""
    target = _inside(root, str(source))
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    _mount(str(source), target, flags=_BIND if writable else _BIND | _RECURSIVE)
    _set_attributes(target, _NO_SETUID | _NO_DEVICES | (0 if writable else _READ_ONLY_ATTRIBUTE))


def _take_as_root(root: Path) -> None:
    old = root / "old"
    old.mkdir()
    number = _PIVOT_ROOT.get(platform.machine())
    if number is None:
        raise OSError(f"pivot_root is not known on {platform.machine()}")
    call("syscall", number, os.fsencode(root), os.fsencode(old))
    os.chdir("/")
    call("umount2", b"/old", _DETACH)
    Path("/old").rmdir()
    _set_attributes(Path("/"), _READ_ONLY_ATTRIBUTE, whole_tree=False)


def _inside(root: Path, path: str) -> Path:
    return root / path.lstrip("/")


def _mount(source: str, target: Path, kind: str = "", flags: int = 0, data: str = "") -> None:
    texts = (source, str(target), kind)
    call(
        "mount",
        *(os.fsencode(text) or None for text in texts),
        ctypes.c_ulong(flags),
        os.fsencode(data) or None,
    )


def _set_attributes(target: Path, attributes: int, *, whole_tree: bool = True) -> None:
    wanted = _MountAttributes(attributes, 0, 0, 0)
    call(
        "syscall",
        _MOUNT_SETATTR,
        _CURRENT_FOLDER,
        os.fsencode(target),
        _WHOLE_TREE if whole_tree else 0,
        ctypes.byref(wanted),
        ctypes.sizeof(wanted),
    )
