"""From the request to the verdict: the app's way, the shell's way, and how peers do it.

    python benchmarks/verdict.py [--rounds N] [--peers BIN]

Each runs the same notebook: five exercises with their solutions (`small_course`). `BIN` is the
folder with the programs of an environment in which nbgrader and otter-grader are installed; without
it only ours and `jupyter execute` of this environment are measured.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measuring import Timing, interleave, print_table
from small_notebook import COURSE, MODULE, small_course, solved_notebook, write_otter_tests

from tinytutor.notebooks.library import reference_solutions
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import create_workspace

EXERCISE = "through"
"""The last one: all others stand before it."""


def shell(*command: str, folder: Path) -> Callable[[], object]:
    # An installed program is compiled; so is whatever runs a second time.
    environment = {
        **{key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"},
        "TINYTUTOR_WORKSPACE": str(folder),
        "TINYTUTOR_COURSE": str(COURSE),
    }

    def run() -> None:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}:\n{done.stdout.decode()}{done.stderr.decode()}")

    return run


def peers(folder: Path, bin_folder: Path) -> dict[str, Callable[[], object]]:
    notebook = f"{MODULE}.ipynb"
    write_otter_tests(folder / "tests")
    return {
        "nbgrader validate": shell(
            str(bin_folder / "nbgrader"), "validate", notebook, folder=folder
        ),
        "otter check": shell(
            str(bin_folder / "otter"), "check", notebook, "-t", "tests", folder=folder
        ),
    }


def code_alone(folder: Path) -> Callable[[], object]:
    """The exercise and its test as plain Python in this process: what the code itself takes."""
    lesson = create_tutor(folder).lesson(MODULE)
    solutions = reference_solutions(lesson)
    before = "\n".join(
        solutions.get(cell.id, cell.source)
        for cell in lesson.cells
        if cell.is_code and not cell.id.startswith("test_") and "__main__" not in cell.source
    )
    names: dict[str, object] = {}
    exec(before, names)
    code = compile(
        f"{solutions[EXERCISE]}\n{lesson.exercise(EXERCISE).test.source}", "code", "exec"
    )
    return lambda: exec(code, dict(names))


def create_tutor(folder: Path) -> Tutor:
    return Tutor(create_workspace(folder, small_course()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peers", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, asyncio.Runner() as loop:
        folder = Path(name) / "work"
        tutor = create_tutor(folder)
        path = tutor.start(MODULE)
        path.write_text(solved_notebook(), "utf-8")
        loop.run(tutor.runs.warm_up())
        loop.run(tutor.runs.check(MODULE, fresh=True))
        loop.run(tutor.runs.run_ahead(MODULE, EXERCISE))

        def wait_for_kernel() -> None:
            # What a student does between two checks takes longer than a kernel needs to start.
            loop.run(asyncio.sleep(1.2))

        def app_check() -> None:
            assert loop.run(tutor.runs.check(MODULE, fresh=True)).passed

        def app_exercise() -> None:
            assert loop.run(tutor.runs.try_exercise(MODULE, EXERCISE, fresh=True)).passed

        def recorded() -> None:
            assert loop.run(tutor.runs.check(MODULE)).recorded_at

        bin_folder = Path(sys.executable).parent
        candidates: dict[str, Callable[[], object]] = {
            "the code alone, in this process": code_alone(Path(name) / "plain"),
            "exercise, from the running app": app_exercise,
            "check, from the running app": app_check,
            "check of an unchanged notebook": recorded,
            "tinytutor check": shell(
                str(bin_folder / "tinytutor"), "check", MODULE, "--fresh", folder=folder
            ),
            "jupyter execute": shell(
                str(bin_folder / "jupyter"), "execute", f"{MODULE}.ipynb", folder=folder
            ),
        }
        if options.peers is not None:
            candidates |= peers(folder, options.peers)
        began = time.perf_counter()
        timings: dict[str, Timing] = interleave(
            candidates, options.rounds, before_each=wait_for_kernel
        )
        print_table(timings, "nbgrader validate" if options.peers else "jupyter execute")
        print(f"{options.rounds} rounds, {time.perf_counter() - began:.0f} s")
        loop.run(tutor.close())


if __name__ == "__main__":
    main()
