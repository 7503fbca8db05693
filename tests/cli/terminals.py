"""A command in a real pseudo-terminal: what is typed and what is seen."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from types import TracebackType

_PROGRAM = """
import fcntl, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from tinytutor.__main__ import main
raise SystemExit(main())
"""
"""Makes the terminal the new session's own first, so that Ctrl-C interrupts."""


class Terminal:
    """Runs `tinytutor` with a terminal as its stdin, stdout and stderr (POSIX)."""

    def __init__(self, *arguments: str, environment: Mapping[str, str] | None = None):
        self._keyboard, screen = os.openpty()
        base = {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *arguments],
            stdin=screen,
            stdout=screen,
            stderr=screen,
            env={**os.environ, **base, **(environment or {})},
            start_new_session=True,
        )
        os.close(screen)
        self.seen = ""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._keyboard)

    def type(self, text: str) -> None:
        """Presses keys."""
        os.write(self._keyboard, text.encode())

    def wait_for(self, text: str, seconds: float = 20) -> str:
        """What was seen up to `text`; what comes after it stays for the next call."""
        deadline = time.monotonic() + seconds
        while text not in self.seen:
            if time.monotonic() > deadline or not self._read(0.1):
                raise AssertionError(f"{text!r} never came; seen: {self.seen!r}")
        before, _, self.seen = self.seen.partition(text)
        return before + text

    def end(self, seconds: float = 20) -> int:
        """Waits for the end, reading on; the exit code."""
        deadline = time.monotonic() + seconds
        while self._read(0.1) and time.monotonic() < deadline:
            pass
        return self.process.wait(max(0.1, deadline - time.monotonic()))

    def _read(self, seconds: float) -> bool:
        """False once the terminal is closed."""
        if select.select([self._keyboard], [], [], seconds)[0]:
            try:
                data = os.read(self._keyboard, 65536)
            except OSError:  # Linux says so when the other side is closed
                return False
            if not data:
                return False
            self.seen += data.decode("utf-8", errors="replace")
        return True
