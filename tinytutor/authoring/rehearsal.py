"""Runs a lesson's cells in a plain subprocess, without a kernel: fast, for many variants.

For authors only: a student's verdict always comes from a kernel (`tinytutor.running`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tinytutor.notebooks.lesson import CellKind, Lesson, import_lines


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What one test came to."""

    test_id: str
    passed: bool
    message: str
    """`ErrorType: text`, empty where it passed."""


_PROGRAM = """
import json, sys
cells = json.load(sys.stdin)
names = {"__name__": "__main__"}
results = []
for cell_id, is_test, source in cells:
    message = ""
    try:
        exec(compile(source, f"<{cell_id}>", "exec"), names)
    except BaseException as error:
        message = f"{type(error).__name__}: {error}"
    if is_test or message:
        results.append([cell_id, is_test, message])
sys.stdout = sys.__stdout__
print("\\n\\0" + json.dumps(results))
"""


def rehearse(
    lesson: Lesson,
    solutions: Mapping[str, str],
    library_folder: Path,
    *,
    seconds: float = 60.0,
) -> list[Rehearsed]:
    """Runs given, solution and test cells from the top; goes on after a failure.

    Args:
        lesson: the lesson.
        solutions: exercise id → source that stands in its solution cell.
        library_folder: the folder that holds the library package of earlier modules.
        seconds: limit for the whole run; what was not reached by then has failed.
    """
    imports = import_lines(lesson)
    cells: list[tuple[str, bool, str]] = []
    for cell in lesson.cells:
        if cell.kind is CellKind.TEST:
            cells.append((cell.id, True, f"{imports}\n{cell.source}"))
        elif cell.kind is CellKind.SOLUTION:
            cells.append((cell.id, False, solutions[cell.id]))
        elif cell.kind is CellKind.GIVEN:
            cells.append((cell.id, False, cell.source))
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    try:
        process = subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            input=json.dumps(cells),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=seconds,
            cwd=library_folder,
            env={**os.environ, **threads, "PYTHONPATH": str(library_folder)},
            check=False,
        )
        raw = process.stdout.rpartition("\0")[2]
        results = json.loads(raw) if raw else []
    except subprocess.TimeoutExpired:
        results = []
    by_id = {cell_id: message for cell_id, is_test, message in results}
    broken = "; ".join(f"{name}: {message}" for name, is_test, message in results if not is_test)
    outcome = []
    for cell in lesson.of_kind(CellKind.TEST):
        message = by_id.get(cell.id, "not reached: the run ended or took too long")
        if message and broken:
            message = f"{message} (cells that raised: {broken})"
        outcome.append(Rehearsed(cell.id, not message, message))
    return outcome
