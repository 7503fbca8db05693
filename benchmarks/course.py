"""Checks of all modules on the reference, one after another, as the running app does them.

    python benchmarks/course.py

Prints seconds per module, the sum, and the peak memory of worker and kernels together (Linux).
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measuring import family_mib

from tinytutor.curriculum.loader import bundled_course_folder, load_course
from tinytutor.notebooks.library import reference_solutions
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


async def check_all(folder: Path) -> None:
    course = load_course(bundled_course_folder())
    tutor = Tutor(create_workspace(folder, course))
    await tutor.runs.warm_up()
    began = time.perf_counter()
    spent = 0.0
    print("module            tests  seconds")
    for module in course.modules:
        tutor.start(module.id)
        lesson = tutor.lesson(module.id)
        for exercise_id, source in reference_solutions(lesson).items():
            tutor.save_source(module.id, exercise_id, source)
        result = await tutor.runs.check(module.id)
        if not result.passed:
            raise SystemExit([v.message for v in result.verdicts if v.message])
        spent += result.seconds
        print(f"{module.id:<18} {len(result.verdicts):4}  {result.seconds:7.2f}", flush=True)
    whole = time.perf_counter() - began
    print(f"{'checks':<18} {'':4}  {spent:7.2f}")
    print(f"{'with all around':<18} {'':4}  {whole:7.2f}   (parsing lessons, writing notebooks)")
    await tutor.close()


def main() -> None:
    peak = Peak()
    if sys.platform == "linux":
        peak.start()
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(check_all(Path(name) / "work"))
    peak.ended.set()
    if peak.mib:
        print(f"peak memory of tutor, worker and kernels: {peak.mib:.0f} MiB")


if __name__ == "__main__":
    main()
