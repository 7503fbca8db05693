"""`kill -9` at random moments of a tutor that saves and checks: nothing confirmed is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.courses import NUMBERS, reference_cell
from tests.running.conftest import alive
from tinytutor.curriculum import Course
from tinytutor.notebooks.student import read_student_notebook
from tinytutor.progress.events import AttemptFinished, ModulePassed
from tinytutor.progress.outcomes import Scope
from tinytutor.progress.state import library_sources
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import Workspace, open_workspace

KILLS = 30

CHILD = """
import asyncio, itertools, os, sys
from pathlib import Path
from tests.courses import NUMBERS, reference_cell, wrong_cell
from tinytutor.curriculum.loader import load_course
from tinytutor.running.events import KernelReady
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import open_workspace

def say(*words):
    print(*words, flush=True)

async def main():
    workspace = open_workspace(Path(sys.argv[2]), load_course(Path(sys.argv[1])))
    tutor = Tutor(workspace)
    tutor.start("01_numbers")
    kernel = lambda event: say("kernel", event.pid) if isinstance(event, KernelReady) else None
    await tutor.runs.warm_up()
    for number in itertools.count():
        for exercise in NUMBERS.exercises:
            cell = wrong_cell if number % 3 == 2 else reference_cell
            source = cell(exercise) + f"  # {os.getpid()} {number}"
            tutor.save_source("01_numbers", exercise.id, source)
            say("saved", tutor.store.last_sequence())
        await tutor.runs.check("01_numbers", on_event=kernel)
        say("checked", tutor.store.last_sequence())

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_killed_tutor_loses_nothing_and_leaves_nothing(
    workspace: Workspace, course: Course, course_folder: Path
) -> None:
    chance = random.Random(20_26)
    root = Path(__file__).parents[2]
    confirmed, kernels = 0, set()
    for _ in range(KILLS):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(course_folder), str(workspace.folder)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
        )
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(chance.random() * 1.2)
        os.kill(child.pid, signal.SIGKILL)
        for line in [first, *child.stdout.read().splitlines()]:
            what, _, number = line.partition(" ")
            if what in ("saved", "checked"):
                confirmed = max(confirmed, int(number))
            elif what == "kernel" and number.strip():
                kernels.add(int(number))
        child.wait()
        child.stdout.close()
        _assert_whole(workspace, course, confirmed)
    assert confirmed > KILLS, "every child confirmed something"
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in kernels) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in kernels if alive(pid)]


def _assert_whole(workspace: Workspace, course: Course, confirmed: int) -> None:
    tutor = Tutor(open_workspace(workspace.folder, course))
    events = tutor.events()
    tutor.store.close()
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert len(events) >= confirmed
    for before, after in zip(events, [*events[1:], None], strict=True):
        what = before.what
        if isinstance(what, AttemptFinished) and what.passed and what.scope is Scope.MODULE:
            assert after is not None, "a passed attempt without its pass is half a transaction"
            assert isinstance(after.what, ModulePassed)
    for name, source in library_sources(events).items():
        path = workspace.library_folder / f"{name}.py"
        assert path.read_text("utf-8") == source
    notebook = workspace.notebook(course.module("01_numbers"))
    if notebook.exists():
        sources = {cell.id: cell.source for cell in read_student_notebook(notebook).cells}
        first = NUMBERS.exercises[0]
        assert first.id in sources
        assert reference_cell(first).splitlines()[1] in sources[first.id]
    assert not list(workspace.folder.glob(".tinytutor-tmp-*"))
