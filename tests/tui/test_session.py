"""A student in a real terminal does all of module 02 by keys: from the map and back to it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tinytutor.curriculum.loader import bundled_course_folder, load_course
from tinytutor.notebooks.library import library_source, reference_solutions
from tinytutor.progress.events import Event, ModulePassed, ModuleStarted
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import create_workspace, open_workspace

TMUX = shutil.which("tmux")
pytestmark = pytest.mark.skipif(TMUX is None, reason="tmux is not installed")
COURSE = load_course(bundled_course_folder())
MODULE = "02_tensor"


class Terminal:
    """A session of tmux on a server of its own."""

    def __init__(self, folder: Path, home: Path):
        self._socket = str(home / "tmux")
        self._buffer = home / "buffer"
        command = f"{sys.executable} -m tinytutor --workspace {folder}"
        self._tmux("new-session", "-d", "-x", "160", "-y", "48", command)

    def _tmux(self, *arguments: str) -> str:
        assert TMUX is not None
        done = subprocess.run(
            [TMUX, "-S", self._socket, "-f", "/dev/null", *arguments],
            capture_output=True,
            text=True,
            check=True,
            # Explicitly: readline puts LINES and COLUMNS into the environment behind Python's back.
            env=dict(os.environ),
        )
        return done.stdout

    def press(self, *keys: str) -> None:
        for key in keys:
            self._tmux("send-keys", key)

    def type(self, words: str) -> None:
        self._tmux("send-keys", "-l", words)

    def type_until_seen(self, char: str) -> None:
        """Until the editor has the focus, a key goes elsewhere and does nothing."""
        deadline = time.monotonic() + 60
        while char not in self.screen:
            assert time.monotonic() < deadline
            self.type(char)
            time.sleep(1)

    def paste(self, words: str) -> None:
        self._buffer.write_text(words, "utf-8")
        self._tmux("load-buffer", str(self._buffer))
        self._tmux("paste-buffer", "-p")

    @property
    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def wait_for(self, *words: str, seconds: float = 120) -> str:
        deadline = time.monotonic() + seconds
        while not all(word in (screen := self.screen) for word in words):
            assert time.monotonic() < deadline, f"{words} never came:\n{screen}"
            time.sleep(0.1)
        return screen

    def end(self) -> None:
        subprocess.run([str(TMUX), "-S", self._socket, "kill-server"], check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace in which module 01 has passed."""
    tutor = Tutor(create_workspace(tmp_path / "work", COURSE))
    lesson = tutor.lesson("01_setup")
    source = library_source(lesson, reference_solutions(lesson))
    passing = ModulePassed("a", lesson.tests_sha256, lesson.export_name, source)
    for what in (ModuleStarted(), passing):
        tutor.store.append(Event(what, module_id=lesson.module_id))
    tutor.store.close()
    return tmp_path / "work"


@pytest.fixture
def terminal(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.setenv("TINYTUTOR_CONFIG", str(tmp_path / "settings.json"))
    for name in ("COLUMNS", "LINES"):
        # Textual would believe them, whatever the terminal's size is.
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    terminal = Terminal(folder, tmp_path)
    yield terminal
    terminal.end()


def test_module_02_from_the_map_and_back_to_it(terminal: Terminal, folder: Path) -> None:
    terminal.wait_for("01 Setup", "02 Tensor", "1 of")
    terminal.press("2", "Enter")
    terminal.wait_for("You will build Tensor")
    tutor = Tutor(open_workspace(folder, COURSE))
    lesson = tutor.lesson(MODULE)
    tutor.store.close()
    total = len(lesson.exercises)
    for exercise in lesson.exercises:
        terminal.press("F4")
        terminal.wait_for(f"{exercise.number}/{total}  {exercise.title}")
        if exercise.number == 1:
            terminal.press("F5")
            terminal.wait_for("not written yet", "F2 shows a hint")
            terminal.press("F2")
            terminal.wait_for("Hint 1")
            terminal.press("C-l")
            terminal.type_until_seen("~")
        solution = reference_solutions(lesson)[exercise.id]
        terminal.press("C-a")
        terminal.paste(solution)
        terminal.wait_for(solution.rstrip().splitlines()[-1].strip()[:40])
        terminal.press("F5")
        terminal.wait_for(f"✓ {exercise.title}  passed")
    terminal.press("F8")
    terminal.wait_for("What is hard to understand here?", lesson.exercises[-1].title)
    terminal.type("is a log slow?")
    terminal.press("Enter")
    terminal.wait_for("Noted, with its place")
    terminal.press("F6")
    terminal.wait_for("02 Tensor passed", "Now open", "03 Activations", "Now in your library")
    terminal.press("Enter")
    terminal.wait_for("2 of", "✓ passed")
    terminal.press("q")
    tutor = Tutor(open_workspace(folder, COURSE))
    known = tutor.progress.of(MODULE)
    tutor.store.close()
    assert known.passed_at is not None
    assert known.attempts == 1
    assert known.confusion_reports == 1
    assert known.hints == {"create": 1}
    assert (folder / COURSE.library / "tensor.py").exists()
