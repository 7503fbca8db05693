"""How long a key waits while a check runs: the longest time for which the app heeds nothing else.

    python benchmarks/keys.py [--rounds N]

A module is open and checked; meanwhile a clock on the app's own loop notes how late it wakes up:
what delays it would delay a key as well. On a busy machine that is mostly the machine, so the
seconds of the processor that the app itself took in between are told, too.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ["TEXTUAL_ANIMATIONS"] = "none"

from tinytutor.curriculum.loader import bundled_course_folder, load_course
from tinytutor.notebooks.library import reference_solutions
from tinytutor.tui.app import TutorApp
from tinytutor.tui.screens.module import ModuleScreen
from tinytutor.tutor.workspace import create_workspace

STEP = 0.005


async def measure(folder: Path, rounds: int) -> None:
    os.environ["TINYTUTOR_CONFIG"] = str(folder / "settings.json")
    (folder / "settings.json").write_text('{"celebrate": false}', "utf-8")
    course = load_course(bundled_course_folder())
    create_workspace(folder / "work", course)
    app = TutorApp(folder / "work", course)
    late: list[float] = []
    busy: list[float] = []
    gc.disable()  # as the command does; the app looks for garbage once it is on screen
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.5)
        assert app.tutor is not None
        app.tutor.start("01_setup")
        for name, source in reference_solutions(app.tutor.lesson("01_setup")).items():
            app.tutor.save_source("01_setup", name, source)
        await pilot.press("1", "enter")
        while not isinstance(app.screen, ModuleScreen) or app.screen.state is None:
            await pilot.pause(0.05)
        screen = app.screen
        await pilot.pause(2)
        for _ in range(rounds):
            screen.action_check_module()
            while screen.running:
                began, used = time.perf_counter(), time.process_time()
                await asyncio.sleep(STEP)
                late.append(time.perf_counter() - began - STEP)
                busy.append(time.process_time() - used)
            await pilot.pause(0.5)
    for name, seconds in (("late", late), ("busy itself", busy)):
        milliseconds = sorted(1000 * each for each in seconds)
        print(
            f"{name}: median {statistics.median(milliseconds):.1f} ms, "
            f"99 %: {milliseconds[int(0.99 * len(milliseconds))]:.1f} ms, "
            f"longest {milliseconds[-1]:.1f} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(measure(Path(name), options.rounds))


if __name__ == "__main__":
    sys.exit(main())
