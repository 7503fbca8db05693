"""What a run may use besides time, and in which words a breach is told. Pure decisions."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from tinytutor.running.processes import Usage

PROCESSES = 64
"""A kernel and all that its cells start; none of the lessons starts any."""
FILE_MIB = 64
FOLDER_MIB = 256
"""What may lie in the folder of a boxed job."""
MOST_FILES = 10_000
CORES = 2
"""CPU time that a cell may use, in multiples of its wall time."""
MESSAGES = 2_000
"""Shown per cell; what comes after is cut, with a note."""
MOST_MESSAGES = 50_000
MOST_OUTPUT_MIB = 64
"""A cell that sends more, though nobody sees it, is ended."""
MOST_PICTURES_MIB = 16


@dataclass(frozen=True, slots=True)
class CellLimits:
    """What a cell and its processes may use."""

    memory_mib: int
    cpu_seconds: float
    processes: int = PROCESSES


def breach(used: Usage, limits: CellLimits) -> str | None:
    """The limit that is exceeded, in words, None if none is."""
    if used.processes > limits.processes:
        return f"killed: too many processes, the limit is {limits.processes}"
    if used.memory_bytes > limits.memory_mib * 2**20:
        return f"killed: memory limit of {limits.memory_mib} MiB, all its processes together"
    if used.cpu_seconds > limits.cpu_seconds:
        return f"killed: CPU time limit of {limits.cpu_seconds:g} s, all its processes together"
    return None


def cause_of_death(code: int | None) -> str:
    """What the exit code of a kernel tells about its end; negative for a signal."""
    if code is None:
        return "the kernel ended while this ran"
    if code > 128:
        code = 128 - code
    if code >= 0:
        return f"this ended the kernel with exit code {code}: no cell may end Python"
    name = {
        signal.SIGSEGV: "it accessed memory that is not its own (segmentation fault)",
        signal.SIGABRT: "it aborted",
        getattr(signal, "SIGKILL", 9): "it was killed (by itself, or for want of memory)",
    }.get(-code, f"signal {-code}")
    return f"the kernel ended while this ran: {name}"
