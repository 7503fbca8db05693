"""The system calls that a box refuses, as a program of the kernel's packet filter (seccomp-BPF).

A list of what is refused, not of what is allowed: Python, NumPy and ZeroMQ run on many kernels
and C libraries. The namespaces do the guarding; this keeps away from the parts of the kernel in
which most holes were found: namespaces of one's own, tracing, keys, BPF, io_uring, odd networks.
"""

from __future__ import annotations

import errno
import platform
import struct

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT, _SECOND_ARGUMENT_AT = 0, 4, 16, 24
_NEW_NAMESPACES = 0x7E020080
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET and NEWTIME."""
_AF_UNIX = 1
_TERMINAL_INPUTS = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX type into a terminal."""
_X32 = 0x40000000

# Numbers on x86-64 and on arm64, -1 where the call does not exist.
_REFUSED: dict[str, tuple[int, int]] = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_settime": (227, 112),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "iopl": (172, -1),
    "ioperm": (173, -1),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "mbind": (237, 235),
    "migrate_pages": (256, 238),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "move_pages": (279, 239),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "vmsplice": (278, 75),
}
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Column above, and AUDIT_ARCH of linux/audit.h."""
_CLONE, _CLONE3, _SOCKET, _IOCTL = (56, 220), (435, 435), (41, 198), (16, 29)


def seccomp_program(machine: str | None = None) -> bytes | None:
    """The filter for a machine (default: this one) as `struct sock_filter[]`, None if unknown."""
    known = _ARCHITECTURES.get(machine or platform.machine())
    if known is None:
        return None
    column, architecture = known
    program = [
        _step(_LOAD, _ARCHITECTURE_AT),
        _step(_EQUAL, architecture, if_true=1),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER_AT),
        # The x32 calls of x86-64 would be a way around the numbers below.
        _step(_AT_LEAST, _X32, if_false=1),
        _error(errno.ENOSYS),
    ]
    for numbers in _REFUSED.values():
        number = numbers[column]
        if number >= 0:
            program += [_step(_EQUAL, number, if_false=1), _error(errno.EPERM)]
    program += [
        # Its flags lie behind a pointer, out of a filter's reach: the C library then uses clone.
        _step(_EQUAL, _CLONE3[column], if_false=1),
        _error(errno.ENOSYS),
        _step(_EQUAL, _CLONE[column], if_false=4),
        _step(_LOAD, _FIRST_ARGUMENT_AT),
        _step(_ANY_BIT, _NEW_NAMESPACES, if_false=1),
        _error(errno.EPERM),
        _step(_RETURN, _ALLOW),
        _step(_EQUAL, _IOCTL[column], if_false=5),
        _step(_LOAD, _SECOND_ARGUMENT_AT),
        _step(_EQUAL, _TERMINAL_INPUTS[0], if_true=1),
        _step(_EQUAL, _TERMINAL_INPUTS[1], if_false=1),
        _error(errno.EPERM),
        _step(_RETURN, _ALLOW),
        _step(_EQUAL, _SOCKET[column], if_false=3),
        _step(_LOAD, _FIRST_ARGUMENT_AT),
        _step(_EQUAL, _AF_UNIX, if_true=1),
        # Not EPERM: ZeroMQ asks for the network's interfaces, and gives up on that answer.
        _error(errno.EOPNOTSUPP),
        _step(_RETURN, _ALLOW),
    ]
    return b"".join(program)


def _step(code: int, value: int, *, if_true: int = 0, if_false: int = 0) -> bytes:
    """One instruction; the two count the instructions to skip."""
    return struct.pack("<HBBI", code, if_true, if_false, value)


def _error(number: int) -> bytes:
    return _step(_RETURN, 0x00050000 | number)
