"""Runs lessons with limits, in the sandbox where there is one, and reads what was observed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tinytutor.review import observer
from tinytutor.review.context import Context
from tinytutor.review.outcome import Execution, Outcome, Run

_THREADS = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_KEPT_OUTPUT = 4000
"""Characters at the end of what a lesson printed."""
_READ = 64 << 20
"""Bytes of events that are read at most; a lesson has far fewer functions."""


@dataclass(frozen=True, slots=True)
class RunLimits:
    """What one run of a lesson may use."""

    seconds: float = 120.0
    """Wall time."""
    memory_mib: int = 4096
    """Address space."""
    file_mib: int = 64
    """Largest file it may write; its output is one."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where lessons run."""

    library: tuple[Path, ...] = ()
    """Folders that hold the packages of earlier modules."""
    course: Path = Path()
    """The reviewed folder: readable, so that siblings are found."""
    boxed: bool = True
    limits: RunLimits = RunLimits()


def execute(context: Context, ground: Ground, own_packages: frozenset[str]) -> Execution:
    """Runs the lesson with the library, and where there is one, without it.

    `own_packages` are the names that only the course itself can provide: when one of them is
    missing, that is the lesson's fault and not this machine's.
    """
    run = _classified(context, run_program(context, ground), own_packages)
    if not ground.library:
        return Execution(run)
    alone = run_program(context, replace(ground, library=()))
    return Execution(run, _classified(context, alone, own_packages))


def run_program(context: Context, ground: Ground) -> Run:
    """One run of the lesson's program."""
    material = context.material
    with tempfile.TemporaryDirectory(prefix="tt-review-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        folder = home / "run"
        folder.mkdir()
        _bring_data(material.path.parent, folder)
        job = home / "run" / ".job.json"
        events = home / "run" / ".events.jsonl"
        events.touch()
        job.write_text(json.dumps(_job(context, ground, events)), "utf-8")
        command = [sys.executable, "-I", observer.__file__, str(job)]
        environment = {**_THREADS, "MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8", "HOME": "/tmp"}
        if ground.boxed:
            command = _boxed(command, folder, ground, context, environment)
        began = time.perf_counter()
        with (home / "output").open("wb") as output:
            status = _wait(command, folder, output.fileno(), environment, ground.limits.seconds)
        seconds = time.perf_counter() - began
        with (home / "output").open("rb") as output:
            output.seek(max(0, (home / "output").stat().st_size - _KEPT_OUTPUT))
            said = output.read().decode("utf-8", "replace")
        with events.open("rb") as file:
            recorded = file.read(_READ)
    return _read(recorded, status, seconds, said, ground)


def _job(context: Context, ground: Ground, events: Path) -> dict[str, object]:
    limits = ground.limits
    return {
        "path": str(context.material.path),
        "folder": str(context.material.path.parent),
        "library": [str(path) for path in ground.library],
        "notebook": context.material.is_notebook,
        "program": context.material.program,
        "events": str(events),
        "limits": {
            "RLIMIT_AS": limits.memory_mib << 20,
            "RLIMIT_CPU": int(limits.seconds) + 5,
            "RLIMIT_FSIZE": limits.file_mib << 20,
            "RLIMIT_CORE": 0,
        },
    }


def _bring_data(source: Path, folder: Path) -> None:
    """Links what lies beside the lesson, so that it finds its data and writes elsewhere."""
    for entry in source.iterdir():
        if not entry.name.startswith((".", "__pycache__")):
            with contextlib.suppress(OSError):
                (folder / entry.name).symlink_to(entry.resolve())


def _boxed(
    command: list[str],
    folder: Path,
    ground: Ground,
    context: Context,
    environment: Mapping[str, str],
) -> list[str]:
    from tinytutor.running.sandbox import give_to_box, sandboxed_command  # noqa: PLC0415

    give_to_box(folder)
    return sandboxed_command(
        command,
        folder=folder,
        readable=[
            Path(observer.__file__),
            ground.course,
            context.material.path.parent,
            *ground.library,
        ],
        environment=environment,
        memory_mib=ground.limits.memory_mib,
        cpu_seconds=int(ground.limits.seconds) + 5,
    )


def _wait(
    command: list[str], folder: Path, output: int, environment: Mapping[str, str], seconds: float
) -> int | None:
    """The exit status; None where the time ran out and the whole session was killed."""
    kept = {
        key: os.environ[key]
        for key in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")
        if key in os.environ
    }
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={**kept, **environment},
        start_new_session=True,
    )
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends what is left of the session: a lesson may have started processes of its own."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def _read(recorded: bytes, status: int | None, seconds: float, said: str, ground: Ground) -> Run:
    entered: set[tuple[str, int]] = set()
    in_main: set[tuple[str, int]] = set()
    reached = ended = False
    error, line, missing = "", 1, ""
    for raw in recorded.splitlines():
        try:
            kind, *rest = json.loads(raw)
        except ValueError:
            continue
        if kind in ("top", "main") and len(rest) == 2:
            entered.add((rest[0], rest[1]))
            if kind == "main":
                in_main.add((rest[0], rest[1]))
        elif kind == "reached_main":
            reached = True
        elif kind == "end":
            ended = True
        elif kind == "error" and len(rest) == 3:
            error, line, missing = rest
    if status is None:
        outcome, error = Outcome.TIMED_OUT, f"still running after {ground.limits.seconds:g} s"
    elif error:
        outcome = Outcome.MISSING_PACKAGE if missing else Outcome.FAILED
        error = f"{error}\0{missing}" if missing else error
    elif ended and status == 0:
        outcome = Outcome.PASSED
    else:
        outcome = Outcome.FAILED
        reason = f"signal {-status}" if status < 0 else f"exit status {status}"
        last = next((text for text in reversed(said.splitlines()) if text.strip()), "")
        error = f"the process ended with {reason}" + (f": {last.strip()[:200]}" if last else "")
    return Run(
        outcome,
        error,
        line,
        seconds,
        frozenset(entered),
        frozenset(in_main),
        reached,
        ground.boxed,
        said,
    )


def _classified(context: Context, run: Run, own_packages: frozenset[str]) -> Run:
    """The run with its cause named: the lesson, this machine, or a part not written yet."""
    error, _, missing = run.error.partition("\0")
    root = missing.split(".")[0]
    if run.outcome is Outcome.MISSING_PACKAGE and (root in own_packages or _is_present(root)):
        return replace(run, outcome=Outcome.FAILED, error=error)
    if run.outcome is Outcome.MISSING_PACKAGE:
        return replace(run, error=error)
    missing_part = ("ImportError", "ModuleNotFoundError", "SyntaxError")
    if run.outcome is Outcome.FAILED and context.is_starter and not error.startswith(missing_part):
        return replace(run, outcome=Outcome.UNSOLVED, error=error)
    return replace(run, error=error)


def _is_present(package: str) -> bool:
    """Whether Python has the package here: then something else about the import is wrong."""
    from importlib.util import find_spec  # noqa: PLC0415

    try:
        return find_spec(package) is not None
    except (ImportError, ValueError):
        return False
