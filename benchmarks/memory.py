"""Memory of the app with a module open, alone and with worker and waiting kernel (Linux).

python benchmarks/memory.py
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measuring import family_mib

from tinytutor.curriculum.loader import bundled_course_folder, load_course
from tinytutor.tui.app import TutorApp
from tinytutor.tutor.workspace import create_workspace


def own_mib() -> float:
    rollup = Path("/proc/self/smaps_rollup").read_text()
    return sum(int(x.split()[1]) for x in rollup.splitlines() if x.startswith("Pss:")) / 1024


async def measure(folder: Path) -> None:
    course = load_course(bundled_course_folder())
    create_workspace(folder, course)
    app = TutorApp(folder, course)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(1)
        print(f"app, the map on screen        {own_mib():6.0f} MiB")
        await pilot.press("enter")
        await pilot.pause(3)
        print(f"app, a module open            {own_mib():6.0f} MiB")
        await pilot.press("f5")
        await pilot.pause(4)
        print(f"app, after a run of a test    {own_mib():6.0f} MiB")
        print(f"with worker and waiting kernel {family_mib():5.0f} MiB")


def main() -> None:
    if sys.platform != "linux":
        raise SystemExit("this reads /proc, which only Linux has")
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(measure(Path(name) / "work"))


if __name__ == "__main__":
    main()
