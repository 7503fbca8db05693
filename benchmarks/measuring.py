"""Measures candidates side by side: interleaved, so that a busy machine is busy for all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Timing:
    """Wall times of one candidate, in seconds."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def spread(self) -> tuple[float, float]:
        """Quartiles."""
        if len(self.seconds) < 2:
            return self.median, self.median
        low, _, high = statistics.quantiles(self.seconds, n=4)
        return low, high


def interleave(
    candidates: Mapping[str, Callable[[], object]],
    rounds: int,
    *,
    before_each: Callable[[], object] = lambda: None,
) -> dict[str, Timing]:
    """Runs each candidate once per round, after one round that does not count.

    `before_each` is not measured.
    """
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for number in range(rounds + 1):
        for name, run in candidates.items():
            before_each()
            began = time.perf_counter()
            run()
            if number:
                seconds[name].append(time.perf_counter() - began)
    return {name: Timing(tuple(values)) for name, values in seconds.items()}


def print_table(timings: Mapping[str, Timing], base: str) -> None:
    """One line per candidate: median, quartiles, ratio to `base`."""
    width = max(map(len, timings))
    print(f"{'':<{width}}  median s   quartiles s      ratio")
    for name, timing in timings.items():
        low, high = timing.spread
        ratio = timing.median / timings[base].median
        print(f"{name:<{width}}  {timing.median:8.3f}  {low:6.3f}–{high:6.3f}  {ratio:8.2f}x")


def family_mib() -> float:
    """Proportional memory of this process and all below it, in MiB."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat[1])
    family, grown = {int(Path("/proc/self").resolve().name)}, True
    while grown:
        below = {pid for pid, parent in parents.items() if parent in family} - family
        family |= below
        grown = bool(below)
    total = 0
    for pid in family:
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(
            int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")
        )
    return total / 1024
