"""Turns an exception into what a student needs: what was expected, what came, which line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tinytutor.notebooks.assembly import Assembly
from tinytutor.notebooks.lesson import Exercise
from tinytutor.running.events import CellError, Frame
from tinytutor.running.limits import FILE_MIB, PROCESSES

_LABELLED = re.compile(r"^(expected|got|look at)\s{1,}(.*)$")


@dataclass(frozen=True, slots=True)
class StudentLine:
    """The line of the student's code that an error passed through last."""

    cell_id: str
    line: int
    """From 1, within the cell."""
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a test did not pass."""

    headline: str
    """The fact; the named mistake where one was recognised."""
    expected: str = ""
    got: str = ""
    hint: str = ""
    error_type: str = ""
    """Class of the exception, empty where nothing was raised."""
    at: StudentLine | None = None
    trace: tuple[Frame, ...] = ()

    @property
    def text(self) -> str:
        """All of it as lines of plain text."""
        parts = [("expected", self.expected), ("got", self.got), ("look at", self.hint)]
        lines = [f"{label:<9} {value}" for label, value in parts if value]
        return "\n".join([self.headline, *lines])


def explain(error: CellError, exercise: Exercise, assembly: Assembly) -> Failure:
    """What an exception in an exercise's cell or test means for the student."""
    headline, parts = _take_apart(error.message)
    at = _student_line(error, assembly)
    if error.type == "NotImplementedError" and not headline:
        headline = f"not started: write your code for {exercise.title!r}, then run its test"
    elif error.type == "StdinNotImplementedError":
        headline = "input() asks a person, and a test has none: give the value as an argument"
    elif error.type == "ModuleNotFoundError" and "." in headline:
        parts.setdefault(
            "look at", "the map: a module that writes this file of your library has not passed yet"
        )
        headline = f"{error.type}: {headline}"
    elif error.type == "MemoryError":
        headline = f"out of memory: the limit is {assembly.memory_mib} MiB. {headline}".rstrip()
    elif error.type == "BlockingIOError" and "[Errno 11]" in headline:
        headline = f"too many processes: a run may have some {PROCESSES}. {headline}"
    elif error.type == "OSError" and "[Errno 27]" in headline:
        headline = f"file too large: the limit is {FILE_MIB} MiB. {headline}"
    elif error.type == "OSError" and "[Errno 28]" in headline:
        headline = f"no room left: a run in the sandbox has little. {headline}"
    elif error.type in ("KernelDied", "Timeout"):
        pass
    elif error.type not in ("Mismatch", "AssertionError"):
        headline = f"{error.type}: {headline}"
    elif not headline:
        headline = "an assertion of the test does not hold"
    return Failure(
        headline=headline,
        expected=parts.get("expected", ""),
        got=parts.get("got", ""),
        hint=parts.get("look at", ""),
        error_type=error.type,
        at=at,
        trace=error.frames,
    )


def _take_apart(message: str) -> tuple[str, dict[str, str]]:
    """Headline and labelled lines of a message in the form that `tinytutor.kit.checks` writes."""
    headline: list[str] = []
    parts: dict[str, str] = {}
    label = ""
    for line in message.splitlines():
        match = _LABELLED.match(line)
        if match:
            label = match[1]
            parts[label] = match[2]
        elif label:
            parts[label] += "\n" + line
        else:
            headline.append(line)
    return "\n".join(headline), parts


def _student_line(error: CellError, assembly: Assembly) -> StudentLine | None:
    for frame in reversed(error.frames):
        if frame.cell_id in assembly.student_ids:
            lines = assembly.source_of(frame.cell_id).splitlines()
            text = lines[frame.line - 1].strip() if 0 < frame.line <= len(lines) else ""
            return StudentLine(frame.cell_id, frame.line, text)
    return None
