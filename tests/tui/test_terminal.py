"""The app in a real terminal, killed while a student types: the work is whole."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

from tinytutor.curriculum import Course
from tinytutor.notebooks.student import read_student_notebook
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import open_workspace

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals of POSIX")

KILLS = 6


class Terminal:
    """A pseudo-terminal with the app in it."""

    def __init__(self, folder: Path, course: Course):
        import fcntl
        import pty
        import struct
        import termios

        self.pid, self.end = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            arguments = ["--workspace", str(folder), "--course", str(course.folder)]
            os.execv(sys.executable, [sys.executable, "-m", "tinytutor", *arguments])
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.set_blocking(self.end, False)
        self.drawn = b""

    def wait_for(self, *words: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not all(word.encode() in self.drawn for word in words):
            assert time.monotonic() < deadline, f"{words} never came: {self.drawn[-2000:]!r}"
            self.read()

    def read(self) -> None:
        time.sleep(0.02)
        with contextlib.suppress(BlockingIOError):
            self.drawn += os.read(self.end, 1 << 16)

    def type(self, text: str) -> None:
        self.drawn = b""
        os.write(self.end, text.encode())

    def open_editor(self) -> None:
        """Through map and lesson into the first exercise."""
        self.wait_for("Numbers", "Words")
        self.type("\r")
        self.wait_for("from nothing")
        self.type("\x1bOS")  # F4: to the exercise
        self.type("\x0c")  # Ctrl+L: into the editor
        self.wait_for("saved")

    def ended(self, seconds: float = 20) -> int:
        """Exit status of the app, which must end by itself."""
        deadline = time.monotonic() + seconds
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return status
            assert time.monotonic() < deadline, "the app did not end"
            time.sleep(0.02)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.end)


def test_a_killed_app_keeps_what_was_written(started: Path, course: Course) -> None:
    chance = random.Random(8)
    module = course.modules[0]
    typed: list[str] = []
    for number in range(KILLS):
        terminal = Terminal(started, course)
        terminal.open_editor()
        word = f"mark_{number}_"
        deadline = time.monotonic() + chance.uniform(0.2, 2.0)
        terminal.type(f"\x1b[H{word}")
        while time.monotonic() < deadline:
            terminal.read()
        terminal.kill()
        typed.append(word)
        tutor = Tutor(open_workspace(started, course))
        assert tutor.progress.of(module.id).started_at is not None
        cells = read_student_notebook(tutor.workspace.notebook(module)).cells
        assert len(cells) == len(tutor.lesson(module.id).cells)
        tutor.store.close()
    kept = Path(started / f"{module.id}.ipynb").read_text("utf-8")
    assert any(word in kept for word in typed), "what was typed a second before a kill is there"


@pytest.mark.parametrize("end", ["terminal closed", "asked to end"])
def test_the_last_key_is_kept_when_the_terminal_goes(
    started: Path, course: Course, end: str
) -> None:
    terminal = Terminal(started, course)
    terminal.open_editor()
    terminal.type("\x1b[Hlast_key_")
    terminal.wait_for("last_key_", "saving")
    if end == "terminal closed":
        os.close(terminal.end)
    else:
        os.kill(terminal.pid, signal.SIGTERM)
    terminal.ended()
    assert "last_key_" in Path(started / "01_numbers.ipynb").read_text("utf-8")
