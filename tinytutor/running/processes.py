"""Who descends from whom: reads Linux's /proc, and says nothing elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path


def children(pid: int) -> list[int]:
    """Ids of the processes that a process is the parent of."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                found += map(int, (task / "children").read_text().split())
    return found


def family(pid: int, without: Iterable[int] = ()) -> Iterator[int]:
    """A process and all that descend from it, but for those in `without` and their descendants."""
    waiting, seen = [pid], set(without)
    while waiting:
        member = waiting.pop()
        if member not in seen:
            seen.add(member)
            yield member
            waiting += children(member)
