"""What every process of a kernel gets: its environment, and the limits that it sets for itself."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping

_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def kernel_environment(surroundings: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a kernel, and of the template that kernels are forked from.

    Args:
        surroundings: what to add to, by default this process's own environment.
    """
    threads = (
        "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    )
    return {
        **(os.environ if surroundings is None else surroundings),
        # One thread each: matrices of lessons are small, and threads then cost more than they give.
        **dict.fromkeys(threads, "1"),
        "MALLOC_ARENA_MAX": "2",
        "PYTHONHASHSEED": "0",
        # A library file rewritten within a second could otherwise be taken from an old .pyc.
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
    }


def apply_limits(memory_mib: int) -> None:
    """Bounds memory and file size; where the system can, it also dies with its parent. POSIX."""
    import resource  # noqa: PLC0415  POSIX only

    from tinytutor.running.limits import FILE_MIB  # noqa: PLC0415  see `forking`

    die_with_parent()
    if sys.platform == "linux":
        memory = memory_mib * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    file_size = FILE_MIB * 2**20
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def die_with_parent() -> None:
    """Asks the system to end this process with the thread that started it. Linux only."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415

        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
