"""From the request to the verdict: the app's way, the shell's way, and how peers do it.

    python benchmarks/verdict.py [--rounds N] [--peers BIN]

Each runs the same notebook: module 01 with its reference solutions. `BIN` is the folder with the
programs of an environment in which nbgrader is installed; without it only ours and `jupyter
execute` of this environment are measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measuring import interleave, print_table

import tinytutor
from tinytutor.curriculum.loader import bundled_course_folder, load_course
from tinytutor.notebooks.lesson import CellKind
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import create_workspace

MODULE = "01_setup"


def shell(*command: str, folder: Path) -> Callable[[], object]:
    def run() -> None:
        environment = {**os.environ, "TINYTUTOR_WORKSPACE": str(folder)}
        # The kernel of a peer's environment needs the kit that the lesson imports.
        environment["PYTHONPATH"] = str(Path(tinytutor.__file__).parent.parent)
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}:\n{done.stdout.decode()}{done.stderr.decode()}")

    return run


def drop_experiments(path: Path, tutor: Tutor) -> None:
    """Puts the solutions in and takes out what a check does not run, so that all run the same."""
    tutor.put_solutions(MODULE)
    lesson = tutor.lesson(MODULE)
    notebook = json.loads(path.read_text("utf-8"))
    kinds = (CellKind.EXPERIMENT, CellKind.MAIN)
    dropped = {cell.id for kind in kinds for cell in lesson.of_kind(kind)}
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] not in dropped]
    path.write_text(json.dumps(notebook), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peers", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, asyncio.Runner() as loop:
        folder = Path(name) / "work"
        course = load_course(bundled_course_folder())
        tutor = Tutor(create_workspace(folder, course))
        drop_experiments(tutor.start(MODULE), tutor)
        loop.run(tutor.warm_up())
        loop.run(tutor.check(MODULE, fresh=True))
        first = tutor.lesson(MODULE).exercises[0].id

        def wait_for_kernel() -> None:
            # What a student does between two checks takes longer than a kernel needs to start.
            loop.run(asyncio.sleep(1.2))

        def app_check() -> None:
            assert loop.run(tutor.check(MODULE, fresh=True)).passed

        def app_exercise() -> None:
            assert loop.run(tutor.try_exercise(MODULE, first, fresh=True)).passed

        bin_folder = Path(sys.executable).parent
        notebook = f"{MODULE}.ipynb"
        candidates: dict[str, Callable[[], object]] = {
            "exercise, from the running app": app_exercise,
            "check, from the running app": app_check,
            "tinytutor check": shell(str(bin_folder / "tinytutor"), "check", MODULE, folder=folder),
            "jupyter execute": shell(
                str(bin_folder / "jupyter"), "execute", notebook, folder=folder
            ),
        }
        if options.peers is not None:
            candidates["nbgrader validate"] = shell(
                str(options.peers / "nbgrader"), "validate", notebook, folder=folder
            )
        timings = interleave(candidates, options.rounds, before_each=wait_for_kernel)
        print_table(timings, "tinytutor check")
        loop.run(tutor.close())


if __name__ == "__main__":
    main()
