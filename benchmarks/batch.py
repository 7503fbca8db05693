"""A batch of notebooks: ours in the sandbox against `nbgrader autograde`, on the same cores.

    python benchmarks/batch.py [--notebooks 40] [--jobs 2] [--peers BIN]

All are the small notebook with its five exercises. nbgrader grades one after the other, with one
core; so that both use all cores, several of it also run at once, each on its share of the students.
`BIN` is the folder with the programs of an environment in which nbgrader is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from small_notebook import COURSE, MODULE, small_course, solved_notebook, source_notebook

from tinytutor.cohort.batch.grading_one import GradingSettings, LocalGrading
from tinytutor.cohort.batch.local import grade_here
from tinytutor.cohort.batch.results import GradedNotebook, GradedStatus
from tinytutor.cohort.batch.submissions import Submission
from tinytutor.running.sandbox.support import SandboxMode

ASSIGNMENT = "vector"


def submissions(count: int) -> Iterator[Submission]:
    for number in range(count):
        # A cell of the student's own, so that no two notebooks are the same.
        text = solved_notebook().replace('"float32', f'"float32  # {number}', 1)
        yield Submission(
            key=str(number),
            student=f"s{number:03}",
            module_id=MODULE,
            notebook=text.encode(),
            notebook_sha256="",
            reported={},
        )


def ours(count: int, jobs: int, sandbox: SandboxMode) -> float:
    passed: list[GradedNotebook] = []

    def keep(_: Submission, graded: GradedNotebook) -> None:
        if graded.status is not GradedStatus.PASSED:
            raise SystemExit(f"a right notebook came out {graded.status}: {graded.fault}")
        passed.append(graded)

    # An installed program is compiled; so is whatever runs a second time.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    course = small_course()
    began = time.perf_counter()
    settings = GradingSettings(sandbox=sandbox)
    asyncio.run(grade_here(submissions(count), lambda: LocalGrading(course, settings), jobs, keep))
    assert len(passed) == count
    return time.perf_counter() - began


def nbgrader(bin_folder: Path, folder: Path, count: int, jobs: int) -> float:
    """As an instructor runs it, in so many programs at once."""
    program = str(bin_folder / "nbgrader")
    # It calls a program of its database by name.
    environment = {**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}
    homes = []
    for part in range(jobs):
        home = folder / f"part{part}"
        (home / "source" / ASSIGNMENT).mkdir(parents=True)
        (home / "source" / ASSIGNMENT / f"{MODULE}.ipynb").write_text(source_notebook(), "utf-8")
        (home / "nbgrader_config.py").write_text("c = get_config()\n", "utf-8")
        subprocess.run(
            [program, "generate_assignment", ASSIGNMENT],
            cwd=home,
            env=environment,
            check=True,
            capture_output=True,
        )
        for number in range(part, count, jobs):
            handed_in = home / "submitted" / f"s{number:03}" / ASSIGNMENT
            handed_in.mkdir(parents=True)
            (handed_in / f"{MODULE}.ipynb").write_text(solved_notebook(), "utf-8")
        homes.append(home)
    began = time.perf_counter()
    running = [
        subprocess.Popen(
            [program, "autograde", ASSIGNMENT],
            cwd=home,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for home in homes
    ]
    for process in running:
        _, said = process.communicate()
        if process.returncode:
            raise SystemExit(said.decode()[-2000:])
    spent = time.perf_counter() - began
    graded = sum(len(list((home / "autograded").iterdir())) for home in homes)
    assert graded == count, f"nbgrader graded {graded} of {count}"
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notebooks", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--peers", type=Path)
    options = parser.parse_args()
    count, jobs = options.notebooks, options.jobs
    assert COURSE.is_dir()
    rows = {
        "tinytutor, in the sandbox": ours(count, jobs, SandboxMode.REQUIRE),
        "tinytutor, limits alone": ours(count, jobs, SandboxMode.OFF),
    }
    if options.peers is not None:
        for programs in dict.fromkeys((jobs, 1)):
            folder = Path(tempfile.mkdtemp())
            name = f"nbgrader autograde, {programs} at once"
            rows[name] = nbgrader(options.peers, folder, count, programs)
            shutil.rmtree(folder)
    base = max(rows.values())
    print(f"{count} notebooks, {jobs} at a time\n{'':<32} seconds  a second   ratio")
    for name, seconds in rows.items():
        print(f"{name:<32} {seconds:7.1f} {count / seconds:9.1f} {base / seconds:7.1f}")


if __name__ == "__main__":
    main()
