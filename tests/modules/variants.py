"""Runs many variants of a lesson, such as its mistakes, where what they share runs once.

One process runs the cells from the top. Where the next cell is not the same for all variants, it
forks for each way to go on. Tests and probes run apart, as in the kernel, but without one: that the
two agree is seen where some of the same variants run in real kernels.

Run as a program it reads the variants from its standard input.
"""

from __future__ import annotations

import gc
import io
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from tinytutor.notebooks.assembly import Assembly
from tinytutor.running.events import (
    CellError,
    CellFinished,
    CellStatus,
    Job,
    RunCell,
    RunEvent,
    from_line,
    job_of_fields,
    to_line,
)
from tinytutor.running.inside.apart import error_content, namespace_for, run_apart
from tinytutor.running.plain_values import to_json

SECONDS = 2.0
"""Of the processor for one cell, of which the reference needs less than a fifth: some mistakes
never come to an end."""


def run_variants(jobs: Sequence[Job], folder: Path) -> list[list[RunEvent]]:
    """How the cells of each job ended, on the library in `folder`."""
    run = subprocess.run(
        [sys.executable, "-P", __file__],
        input=json.dumps([asdict(job) for job in jobs]),
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "OPENBLAS_NUM_THREADS": "1"},
        check=False,
    )
    assert run.returncode == 0, run.stderr
    ended = dict(json.loads(line) for line in run.stdout.splitlines())
    return [[from_line(line) for line in ended[number]] for number in range(len(jobs))]


def with_solutions(assembly: Assembly, solutions: Mapping[str, str]) -> Assembly:
    """The same cells with other solutions: sooner than by way of another notebook."""
    cells = (replace(cell, source=solutions.get(cell.id, cell.source)) for cell in assembly.cells)
    return replace(assembly, cells=tuple(cells))


class _TookTooLongError(BaseException):
    """No student's `except Exception` catches it."""


def _walk(variants: Mapping[int, Sequence[RunCell]], names: dict[str, Any]) -> None:
    """Runs variants to their end; writes a line for each: its number, and its events."""
    lines: list[str] = []
    for place in itertools.count():
        ways: dict[RunCell | None, dict[int, Sequence[RunCell]]] = {}
        for number, cells in variants.items():
            cell = cells[place] if place < len(cells) else None
            ways.setdefault(cell, {})[number] = cells
        chosen = (way for way in ways.items() if len(ways) == 1 or _is_child_after_fork())
        cell, variants = next(chosen, (None, {}))  # none is left where children went all ways
        if cell is None:
            break
        lines.append(to_line(_ended(cell, names)))
    for number in variants:
        print(json.dumps([number, lines]), file=sys.__stdout__, flush=True)


def _is_child_after_fork() -> bool:
    """True in the new process; in the old one False, once the new one has ended."""
    process = os.fork()
    if process:
        _, status = os.waitpid(process, 0)
        assert status == 0, f"a variant ended its process: {status}"
    return not process


def _ended(cell: RunCell, names: dict[str, Any]) -> CellFinished:
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        answer = _run(cell, names)
        return CellFinished(cell.id, CellStatus.OK, 0.0, answer=answer)
    except _TookTooLongError:
        return CellFinished(cell.id, CellStatus.TIMED_OUT, 0.0)
    except BaseException as error:
        content = error_content(error, lambda _: None, cell.id)
        reason = CellError(content["ename"], content["evalue"])
        return CellFinished(cell.id, CellStatus.ERROR, 0.0, reason)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _run(cell: RunCell, names: dict[str, Any]) -> str | None:
    """What a probe answers; None for any other cell."""
    if not cell.is_apart:
        run_apart(cell.source, cell.id, names)
        return None
    apart = namespace_for(names)
    run_apart(cell.source, cell.id, apart)
    if cell.probe is None:
        return None
    return to_json(
        apart[cell.probe.function](np.random.Generator(np.random.PCG64(cell.probe.seed)))
    )


def _give_up(*_: object) -> None:
    raise _TookTooLongError


if __name__ == "__main__":
    given = json.load(sys.stdin)
    sys.stdout = io.StringIO()
    signal.signal(signal.SIGPROF, _give_up)
    gc.freeze()  # else each fork's first collection copies what it shares
    _walk({n: job_of_fields(job).cells for n, job in enumerate(given)}, {"__name__": "__main__"})
    os._exit(0)  # an orderly end of the interpreter takes longer than most variants
