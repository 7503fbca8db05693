"""What `doctor` looks at: each check is a function that returns findings and prints nothing."""

from __future__ import annotations

import importlib.metadata
import locale
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tinytutor import interrupts
from tinytutor.cli.output import Output
from tinytutor.curriculum import Course
from tinytutor.files import write_whole

_OLDEST_PYTHON = (3, 11)
_LITTLE_DISK = 500 * 2**20
_TOO_LITTLE_DISK = 50 * 2**20
_SLOW_KERNEL_SECONDS = 10.0
_MEND_COURSE = f"{sys.executable} -m pip install --force-reinstall tinytutor, or mend your --course"
_REQUIREMENT = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?\s*(?:>=\s*([\d.]+))?")


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARN = "warn"
    """Something is not as good as it could be."""
    FAIL = "fail"
    """Something will not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the diagnosis."""

    id: str
    level: Level
    message: str
    mend: str = ""
    """The command or the step that mends it."""


def check_python() -> Iterator[Finding]:
    """The interpreter."""
    text = f"Python {platform.python_version()} ({platform.system()} {platform.machine()})"
    if sys.version_info[:2] < _OLDEST_PYTHON:
        yield Finding(
            "python", Level.FAIL, f"{text}: 3.11 or newer is needed", "install Python 3.11"
        )
    else:
        yield Finding("python", Level.OK, text)


def check_packages(requirements: Iterable[str] | None = None) -> Iterator[Finding]:
    """What tinytutor depends on, as its own metadata says."""
    if requirements is None:
        requirements = importlib.metadata.requires("tinytutor") or ()
    present = []
    for requirement in requirements:
        match = _REQUIREMENT.match(requirement)
        if match is None or "extra ==" in requirement:
            continue
        name, least = match[1], match[2] or "0"
        mend = f'{sys.executable} -m pip install "{requirement.split(";")[0].strip()}"'
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield Finding("packages", Level.FAIL, f"{name} is not installed", mend)
            continue
        if _numbers(version) < _numbers(least):
            yield Finding(
                "packages",
                Level.FAIL,
                f"{name} {version} is older than {least}, which is needed",
                mend,
            )
        else:
            present.append(f"{name} {version}")
    if present:
        yield Finding("packages", Level.OK, ", ".join(present))


def check_kernel() -> Iterator[Finding]:
    """Whether a kernel starts and answers, the way a check starts it."""
    from tinytutor.running.events import CellFinished, CellStatus, Job, RunCell  # noqa: PLC0415
    from tinytutor.running.runner import Runner  # noqa: PLC0415

    job = Job((RunCell("probe", "assert 6 * 7 == 42", 60.0),), 60.0, 2048, 4096)

    async def probe() -> tuple[bool, str]:
        with tempfile.TemporaryDirectory(prefix="tinytutor-doctor-") as folder:
            runner = Runner(Path(folder))
            try:
                events = [event async for event in runner.run(job)]
            finally:
                await runner.close()
        answered = any(
            isinstance(event, CellFinished) and event.status is CellStatus.OK for event in events
        )
        fault = getattr(events[-1], "fault", None) if events else None
        return answered, fault or "it did not answer"

    mend = f"{sys.executable} -m pip install --force-reinstall ipykernel jupyter_client"
    began = time.perf_counter()
    try:
        answered, fault = interrupts.run(probe())
    except Exception as problem:  # whatever it is, it is the finding
        answered, fault = False, f"{type(problem).__name__}: {problem}"
    seconds = time.perf_counter() - began
    if not answered:
        yield Finding("kernel", Level.FAIL, f"no kernel answers: {fault}", mend)
    elif seconds > _SLOW_KERNEL_SECONDS:
        yield Finding(
            "kernel",
            Level.WARN,
            f"a kernel starts and answers, but only after {seconds:.1f} s",
            "close other programs; a virus scanner may read Python's files each time",
        )
    else:
        yield Finding("kernel", Level.OK, f"a kernel starts, answers and ends in {seconds:.1f} s")


def check_sandbox() -> Iterator[Finding]:
    """Whether code of others can be boxed here, and whether the box holds."""
    from tinytutor.running.escapes import escapes  # noqa: PLC0415
    from tinytutor.running.sandbox import sandbox_support  # noqa: PLC0415

    support = sandbox_support()
    if not support.works:
        yield Finding(
            "sandbox", Level.WARN, f"{support.message}: run only what you trust", support.mend
        )
        return
    try:
        found = escapes()
    except OSError as problem:
        found = [f"the attacks that try it could not be made: {problem}"]
    for what in found:
        yield Finding(
            "sandbox",
            Level.FAIL,
            f"a short attack came through: {what}",
            "grade on another machine, and report it with your system's version",
        )
    if not found:
        yield Finding("sandbox", Level.OK, f"{support.message}, and short attacks stay inside")


def check_workspace(folder: Path, *, exists: bool) -> Iterator[Finding]:
    """Whether the workspace is there and can be written."""
    if not exists:
        yield Finding("workspace", Level.WARN, f"no workspace in {folder}", "tinytutor init")
        return
    probe = folder / f".tinytutor-probe-{os.getpid()}"
    try:
        write_whole(probe, "probe\n")
        probe.unlink()
    except OSError as problem:
        yield Finding(
            "workspace",
            Level.FAIL,
            f"{folder} can't be written ({problem.strerror})",
            f"give yourself write permission: chmod -R u+rwX '{folder}'",
        )
    else:
        yield Finding("workspace", Level.OK, f"{folder} can be written")


def check_disk(folder: Path, free: Callable[[Path], int] | None = None) -> Iterator[Finding]:
    """Room on the disk of the workspace."""
    existing = next(p for p in (folder, *folder.parents) if p.is_dir())
    bytes_free = free(existing) if free else shutil.disk_usage(existing).free
    text = f"{bytes_free / 2**30:.1f} GiB free at {existing}"
    if bytes_free < _TOO_LITTLE_DISK:
        yield Finding("disk", Level.FAIL, text, "free at least 50 MiB: progress can't be recorded")
    elif bytes_free < _LITTLE_DISK:
        yield Finding("disk", Level.WARN, text, "free some space soon")
    else:
        yield Finding("disk", Level.OK, text)


def check_shadows(folder: Path, library: str) -> Iterator[Finding]:
    """Files in the workspace that Python would import instead of what a lesson means."""
    taken = {
        *sys.stdlib_module_names,
        "numpy",
        "tinytutor",
        "IPython",
        "ipykernel",
        "zmq",
        "tornado",
    }
    shadows = [
        path
        for path in sorted(folder.iterdir())
        if path.stem in taken
        and path.stem != library
        and (path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py"))))
    ]
    for path in shadows:
        yield Finding(
            "shadows",
            Level.FAIL,
            f"{path.name} hides the module {path.stem!r} from every check",
            f"rename it: mv '{path}' '{path.with_stem(f'my_{path.stem}')}'",
        )
    if not shadows:
        yield Finding("shadows", Level.OK, "no file in the workspace hides a module")


def check_terminal(output: Output, environment: dict[str, str] | None = None) -> Iterator[Finding]:
    """What the terminal can show."""
    values = os.environ if environment is None else environment
    size = shutil.get_terminal_size((0, 0))
    if not output.on_terminal:
        yield Finding("terminal", Level.OK, "stdout is no terminal: plain text, no colours")
        return
    colours = "colours" if output.colour else "no colours"
    kind = values.get("COLORTERM") or values.get("TERM") or "unknown"
    text = f"{size.columns} x {size.lines}, {colours}, {kind}"
    if size.columns < 80 or size.lines < 24:
        yield Finding("terminal", Level.WARN, f"{text}: small", "make it 80 x 24 or larger")
    else:
        yield Finding("terminal", Level.OK, text)


def check_encoding(output: Output) -> Iterator[Finding]:
    """Whether symbols and other scripts can be shown, and what the locale says."""
    name = locale.setlocale(locale.LC_CTYPE)
    text = f"stdout {output.encoding}, locale {name}"
    if output.unicode:
        yield Finding("encoding", Level.OK, text)
    else:
        mend = "chcp 65001" if os.name == "nt" else "export LC_ALL=C.UTF-8"
        yield Finding(
            "encoding",
            Level.WARN,
            f"{text}: drawings are shown in ASCII, other scripts escaped",
            mend,
        )


def check_lessons(course: Course) -> Iterator[Finding]:
    """Whether every lesson of the course can be read."""
    from tinytutor.notebooks.reading import LessonError, read_lesson  # noqa: PLC0415  210 ms

    broken = False
    for module in course.modules:
        try:
            read_lesson(module)
        except (OSError, LessonError) as problem:
            broken = True
            first = str(problem).splitlines()[0]
            yield Finding("course", Level.FAIL, f"lesson {module.id}: {first}", _MEND_COURSE)
    if not broken:
        yield Finding(
            "course", Level.OK, f"{course.title}: {len(course.modules)} modules, all readable"
        )


def course_unreadable(problem: Exception) -> Finding:
    """The course file itself can't be read."""
    return Finding("course", Level.FAIL, str(problem).splitlines()[0], _MEND_COURSE)


def check_store(path: Path) -> Iterator[Finding]:
    """Whether the record of progress is whole and can be written."""
    from tinytutor.progress.store import ProgressStore, StoreError  # noqa: PLC0415  sqlite, 10 ms

    if not path.exists():
        yield Finding("record", Level.OK, "no progress is recorded yet")
        return
    mend = "tinytutor doctor --recover"
    try:
        with ProgressStore.open(path) as store:
            problems = store.problems()
            events = store.last_sequence()
            refusal = store.write_problem
    except StoreError as problem:
        yield Finding("record", Level.FAIL, str(problem), mend)
        return
    if problems:
        yield Finding("record", Level.FAIL, f"{path} is damaged: {problems[0]}", mend)
    elif refusal is not None:
        yield Finding("record", Level.FAIL, str(refusal), f"chmod u+rw '{path}'")
    else:
        yield Finding("record", Level.OK, f"{events} events, sound")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3])
