"""The whole course on the reference: from an empty workspace to the last module, every milestone.

    python benchmarks/course.py

Per module, in the order of the map: opened, the reference written into its notebook, checked in a
clean kernel, kept in the library. Then every milestone on what has grown. Prints seconds of wall
time for each and the sums, and the peak memory of tutor, worker and kernels together (Linux).
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import threading
import time
from dataclasses import astuple, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measuring import family_mib

from tinytutor.curriculum.loader import bundled_course_folder, load_course
from tinytutor.notebooks.library import reference_solutions
from tinytutor.running.events import CellFinished, KernelReady, RunEvent
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import create_workspace


class Peak(threading.Thread):
    """Watches the memory of the whole family of processes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.mib = 0.0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.1):
            self.mib = max(self.mib, family_mib())

    def taken(self) -> str:
        """The peak since it was taken last; empty where it can't be known."""
        mib, self.mib = self.mib, 0.0
        return f"{mib:.0f} MiB" if mib else ""


@dataclass
class Seconds:
    """Where the wall time of a step went."""

    opening: float = 0.0
    """The lesson parsed, its starter made."""
    writing: float = 0.0
    """The reference into the notebook, one exercise after the other."""
    kernel: float = 0.0
    """Waiting for it."""
    cells: float = 0.0
    around: float = 0.0
    """Messages, verdicts, the record, the library."""

    def __add__(self, other: Seconds) -> Seconds:
        return Seconds(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def row(self, name: str, note: str) -> str:
        parts = astuple(self)
        return "".join([f"{name:<20}", *(f"{x:9.2f}" for x in (*parts, sum(parts))), f"  {note}"])

    def hear(self, event: RunEvent) -> None:
        if isinstance(event, KernelReady):
            self.kernel += event.seconds
        elif isinstance(event, CellFinished):
            self.cells += event.seconds


HEAD = "".join([" " * 20, *(f"{word:>9}" for word in (*Seconds.__annotations__, "all"))])


async def pass_module(tutor: Tutor, module_id: str) -> tuple[Seconds, int]:
    """Also how many tests passed."""
    seconds, began = Seconds(), time.perf_counter()
    tutor.start(module_id)
    lesson = tutor.lesson(module_id)
    opened = time.perf_counter()
    for exercise_id, source in reference_solutions(lesson).items():
        tutor.save_source(module_id, exercise_id, source)
    written = time.perf_counter()
    result = await tutor.runs.check(module_id, on_event=seconds.hear)
    if not result.passed:
        raise SystemExit([v.message for v in result.verdicts if v.message])
    seconds.opening, seconds.writing = opened - began, written - opened
    seconds.around = time.perf_counter() - written - seconds.kernel - seconds.cells
    return seconds, len(result.verdicts)


async def reach_milestone(tutor: Tutor, milestone_id: str) -> Seconds:
    seconds, began = Seconds(), time.perf_counter()
    result = await tutor.runs.milestone(milestone_id, on_event=seconds.hear)
    if not result.reached:
        raise SystemExit(f"{milestone_id}: {result.message}")
    seconds.around = time.perf_counter() - began - seconds.kernel - seconds.cells
    return seconds


async def whole_course(folder: Path, peak: Peak) -> None:
    began = time.perf_counter()
    course = load_course(bundled_course_folder())
    tutor = Tutor(create_workspace(folder, course))
    await tutor.runs.warm_up()
    print(HEAD)
    modules, milestones = Seconds(), Seconds()
    for module in course.modules:
        seconds, tests = await pass_module(tutor, module.id)
        modules += seconds
        print(seconds.row(module.id, f"{tests} tests"), flush=True)
    print(modules.row("all modules", peak.taken()))
    for milestone in course.milestones:
        seconds = await reach_milestone(tutor, milestone.id)
        milestones += seconds
        print(seconds.row(milestone.id, peak.taken()), flush=True)
    print(milestones.row("all milestones", ""))
    await tutor.close()
    print((modules + milestones).row("all", f"{time.perf_counter() - began:.1f} s in all"))


def main() -> None:
    peak = Peak()
    if sys.platform == "linux":
        peak.start()
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(whole_course(Path(name) / "work", peak))
    peak.ended.set()


if __name__ == "__main__":
    main()
