"""Time to the first full paint against an empty Textual app, and what quick commands take.

    python benchmarks/startup.py [--rounds N]

Each app runs in a pseudo-terminal of 120x40; its first paint is complete when its screen has been
refreshed for the first time.
"""

from __future__ import annotations

import argparse
import os
import pty
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measuring import interleave, print_table

PAINT = """
import os, sys
def leave_after_first_paint(app):
    # At once: how an app ends, and what it does once it is on screen, is not measured here.
    app.screen.call_after_refresh(lambda: os._exit(0))
"""
EMPTY = (
    PAINT
    + """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("ready")
    def on_ready(self):
        leave_after_first_paint(self)
Empty().run()
"""
)
OURS = (
    PAINT
    + """
import gc
gc.disable()  # as the command does
from pathlib import Path
from tinytutor.curriculum.loader import bundled_course_folder, load_course
from tinytutor.tui.app import TutorApp
class Ours(TutorApp):
    def on_ready(self):
        super().on_ready()
        leave_after_first_paint(self)
Ours(Path(sys.argv[1]), load_course(bundled_course_folder())).run()
"""
)


def in_terminal(*command: str) -> Callable[[], object]:
    """Runs a command in a pseudo-terminal and reads what it draws."""

    def run() -> None:
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ.update(COLUMNS="120", LINES="40", TERM="xterm-256color")
            os.execv(command[0], command)
        while True:
            try:
                if not os.read(terminal, 65536):
                    break
            except OSError:
                break
        os.close(terminal)
        _, status = os.waitpid(pid, 0)
        if status:
            raise SystemExit(f"{command} ended with status {status}")

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    tutor = (sys.executable, "-m", "tinytutor")
    with tempfile.TemporaryDirectory() as name:
        # Installed, it has its byte code beside it; here the round that doesn't count writes it.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = f"{name}/code"
        folder = Path(name) / "work"
        environment = {**os.environ, "TINYTUTOR_WORKSPACE": str(folder)}
        subprocess.run([*tutor, "init"], env=environment, check=True, capture_output=True)

        def shell(*arguments: str) -> Callable[[], object]:
            def run() -> None:
                subprocess.run(arguments, env=environment, check=True, capture_output=True)

            return run

        timings = interleave(
            {
                "empty Textual app": in_terminal(sys.executable, "-c", EMPTY),
                "tinytutor, to its first paint": in_terminal(
                    sys.executable, "-c", OURS, str(folder)
                ),
                "python -c pass": shell(sys.executable, "-c", "pass"),
                "tinytutor --help": shell(*tutor, "--help"),
                "tinytutor map": shell(*tutor, "map"),
            },
            options.rounds,
        )
        print_table(timings, "empty Textual app")


if __name__ == "__main__":
    main()
