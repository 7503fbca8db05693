"""Who descends from whom, what they use, how to end them. Linux; elsewhere none is found."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import FileIO

_SET_CHILD_SUBREAPER = 36
_MOST_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class Usage:
    """What a group of processes uses at one moment."""

    processes: int
    memory_bytes: int
    """Resident; what several share is counted for each."""
    cpu_seconds: float
    """Of those that live and of the children that they have waited for."""


def children(pid: int) -> list[int]:
    """Ids of the processes that a process is the parent of."""
    found: list[int] = []
    with contextlib.suppress(OSError), os.scandir(f"/proc/{pid}/task") as tasks:
        for task in tasks:
            with contextlib.suppress(OSError):
                found += map(int, _read(f"{pid}/task/{task.name}/children").split())
    return found


def parent(pid: int) -> int:
    """Id of the process that a process was started by, 0 if it is gone."""
    with contextlib.suppress(OSError):
        return int(_stat(pid)[1])
    return 0


def family(pid: int, without: Iterable[int] = ()) -> Iterator[int]:
    """A process and all that descend from it, but for those in `without` and their descendants."""
    waiting, seen = [pid], set(without)
    while waiting:
        member = waiting.pop()
        if member not in seen:
            seen.add(member)
            yield member
            waiting += children(member)


def usage(pids: Iterable[int]) -> Usage:
    """What these processes use; those that have ended count as nothing."""
    processes, memory, ticks = 0, 0, 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = _stat(pid)
            ticks += sum(map(int, fields[11:15]))
            memory += int(fields[21])
            processes += fields[0] != "Z"
    return Usage(processes, memory * _PAGE_BYTES, ticks / _TICKS)


def shared_out_bytes(pids: Iterable[int]) -> int:
    """Memory of these processes, where what several share is divided among them. Slow."""
    kib = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            lines = _read(f"{pid}/smaps_rollup").splitlines()
            kib += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kib * 1024


def end_all(find: Callable[[], Iterable[int]]) -> None:
    """Ends every process that `find` finds; they are stopped first, lest they fork faster."""
    stopped: set[int] = set()
    for _ in range(_MOST_ROUNDS):
        new = set(find()) - stopped
        if not new:
            break
        for pid in new:
            _signal(pid, signal.SIGSTOP)
        stopped |= new
    for pid in stopped:
        _signal(pid, signal.SIGKILL)


def adopt_orphans() -> None:
    """From now on, a descendant whose parent ends becomes a child of this process."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415  5 ms

        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def strays_of(pid: int, own: Iterable[int]) -> set[int]:
    """What a process has adopted, with its descendants; what it started itself is in `own`."""
    return set(family(pid, without=own)) - {pid}


def end_strays(own: Iterable[int]) -> None:
    """Ends all that this process has adopted."""
    me, kept = os.getpid(), set(own)
    end_all(lambda: strays_of(me, kept))
    for pid in set(children(me)) - kept:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the third on: the second may contain anything."""
    return _read(f"{pid}/stat").rpartition(")")[2].split()


def _read(name: str) -> str:
    # Read some fifty times a cell: `Path.read_text` would take three times as long.
    with FileIO(f"/proc/{name}") as file:
        return file.readall().decode("utf-8", errors="replace")


_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
