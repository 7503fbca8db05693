"""The last step into a box: gives up rights, sets limits, loads the filter of system calls.

Forked kernels call `confine`; any other command runs behind this file as a program of its own:

    python -I -S confine.py '{"user": …, "folder": …, "limits": {…}, "filter": "hex"}' COMMAND…

It imports nothing of the package, which then need not be found from within the box.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
from collections.abc import Mapping
from pathlib import Path

_SET_DUMPABLE, _DROP_FROM_BOUNDING, _SET_SECCOMP, _NO_NEW_PRIVILEGES = 4, 24, 22, 38
_FILTER_MODE = 2
_NEW_USER_NAMESPACE = 0x10000000
_CAPABILITIES_VERSION = 0x20080522
_LAST_CAPABILITY = 63

_libc = ctypes.CDLL(None, use_errno=True)


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


def confine(user: int | None, limits: Mapping[str, int], program: bytes | None) -> None:
    """Confines this process and all that it starts, for good. Raises OSError.

    Args:
        user: user and group to become, None to stay.
        limits: by the names of the module `resource`, in its units.
        program: the filter of system calls, None to do without.
    """
    if user is not None:
        _become(user)
    for name, value in limits.items():
        number = getattr(resource, name)
        _, highest = resource.getrlimit(number)
        most = value if highest == resource.RLIM_INFINITY else min(value, highest)
        resource.setrlimit(number, (most, most))
    _drop_capabilities()
    call("prctl", _NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if program is not None:
        steps = ctypes.create_string_buffer(program, len(program))
        loaded = _Program(len(program) // 8, ctypes.addressof(steps))
        call("prctl", _SET_SECCOMP, _FILTER_MODE, ctypes.byref(loaded), 0, 0)


def call(name: str, *arguments: object) -> int:
    """Calls a function of the C library. Raises OSError."""
    result: int = getattr(_libc, name)(*arguments)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def forbid_looking_in() -> None:
    """Closes this process's memory and descriptors in /proc to others of its user."""
    call("prctl", _SET_DUMPABLE, 0, 0, 0, 0)


def map_own_user(user: int, group: int) -> None:
    """In a new user namespace: keeps the numbers of user and group."""
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        Path("/proc/self", name).write_text(text, "utf-8")


def _become(user: int) -> None:
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    # The change of user has made /proc/self unwritable to us.
    call("prctl", _SET_DUMPABLE, 1, 0, 0, 0)
    # In a namespace of its own the limit of processes does not count those of other boxes.
    call("unshare", _NEW_USER_NAMESPACE)
    map_own_user(user, user)


def _drop_capabilities() -> None:
    for capability in range(_LAST_CAPABILITY):
        _libc.prctl(_DROP_FROM_BOUNDING, capability, 0, 0, 0)
    header = _CapabilityHeader(_CAPABILITIES_VERSION, 0)
    none = (ctypes.c_uint32 * 6)()
    call("capset", ctypes.byref(header), none)


def _main() -> None:
    settings = json.loads(sys.argv[1])
    program = bytes.fromhex(settings["filter"]) if settings["filter"] else None
    command = sys.argv[2:]
    try:
        confine(settings["user"], settings["limits"], program)
        os.chdir(settings["folder"])
        os.execvp(command[0], command)
    except OSError as problem:
        sys.exit(f"{command[0]}: {problem}")


if __name__ == "__main__":
    _main()
