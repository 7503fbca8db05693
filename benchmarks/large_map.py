"""What a key costs on the map of a large course: a step of the focus, and a page of scrolling.

Seconds of the processor, not of the clock: one process draws, and a busy machine must not count.

python benchmarks/large_map.py [--modules N]
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
sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.tui.whole_course import at_work, build_large
from tinytutor.tui.app import TutorApp
from tinytutor.tui.widgets.map_view import MapView

KEYS = ("down", "right", "down", "left", "down", "up") * 10


async def measure(count: int, folder: Path) -> None:
    os.environ["TINYTUTOR_CONFIG"] = str(folder / "settings.json")
    course = build_large(folder / "course", count)
    at_work(folder / "work", course, passed=(1, 2))
    for number in (1, 2):
        began = time.perf_counter()
        gc.disable()  # as the command does; the app looks for garbage once it is on screen
        app = TutorApp(folder / "work", course)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            print(f"start {number}: {time.perf_counter() - began:.2f} s")
            view = app.screen.query_one(MapView)
            focus, scroll = [], []
            for key in KEYS:
                began = time.process_time()
                await view.run_action(f"walk({key!r})")
                app.screen._compositor.render_update(full=True)
                focus.append(time.process_time() - began)
            for _ in KEYS:
                began = time.process_time()
                view.scroll_relative(y=5, animate=False)
                app.screen._compositor.render_update(full=True)
                scroll.append(time.process_time() - began)
    for name, seconds in (("focus", focus), ("scroll", scroll)):
        milliseconds = sorted(1000 * s for s in seconds)
        worst = milliseconds[int(0.95 * len(milliseconds))]
        print(
            f"{name}: median {statistics.median(milliseconds):.1f} ms, 95 %: {worst:.1f} ms, "
            f"longest {milliseconds[-1]:.1f} ms"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modules", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(measure(options.modules, Path(name)))


if __name__ == "__main__":
    main()
