"""The only place that prints: results on stdout, all else on stderr, never a crash on either."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TextIO

from tinytutor.cli.errors import DeclinedError

SCHEMA_VERSION = 1
"""Of every JSON result; raised when a key changes its meaning or goes away."""

_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_LOOKALIKES = str.maketrans(
    "─━═│┃║┌┐└┘├┤┬┴┼╭╮╯╰╔╗╚╝╠╣╦╩╬▶►→◀◄←▲↑▼↓●○■□▪·•…–—×÷≤≥≠≈✓✗“”‘’",
    "--=|||++++++++++++++++++++++>>><<<^^vvoo##*.*.--x/<>!~+x\"\"''",
)
"""One ASCII character for each drawn one, so that pictures keep their columns."""


class Tone(StrEnum):
    """How a piece of text is meant; its value is the style in which it is drawn in colour.

    A tone never says anything alone: a word or a symbol always says the same.
    """

    PLAIN = ""
    STRONG = "bold"
    QUIET = "dim"
    GOOD = "green"
    BAD = "bold red"
    WARN = "yellow"
    ACCENT = "cyan"
    GUIDE = "blue"


Piece = str | tuple[str, Tone]
"""A stretch of text and how it is meant."""


class OutputClosedError(Exception):
    """The program that read our output went away."""


class Output:
    """Both streams, and what they can carry."""

    def __init__(
        self,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        environment: Mapping[str, str] | None = None,
    ):
        environment = os.environ if environment is None else environment
        self._stdout = _robust(stdout or sys.stdout)
        self._stderr = _robust(stderr or sys.stderr)
        asked_for_ascii = environment.get("TINYTUTOR_ASCII", "") not in ("", "0")
        self.unicode = _carries_unicode(self._stdout) and not asked_for_ascii
        """Whether stdout can show box characters and symbols."""
        self.colour = _wants_colour(self._stdout, environment)
        """Whether results are drawn in colour."""
        self.on_terminal = _is_terminal(self._stdout)
        """Whether a person reads stdout as it comes."""
        self.live = _is_terminal(self._stderr) and environment.get("TERM") != "dumb"
        """Whether stderr can show a line that changes."""
        self._console: Any = None
        self._status = ""

    @property
    def encoding(self) -> str:
        """Of stdout."""
        return self._stdout.encoding or "ascii"

    @property
    def width(self) -> int:
        """Columns of the terminal; 80 where there is none."""
        return shutil.get_terminal_size((80, 24)).columns

    def line(self, *pieces: Piece) -> None:
        """One line of the result."""
        self.clear_status()
        if self.colour:
            self._draw(pieces)
        else:
            self._write(self._stdout, "".join(map(self._shown, pieces)) + "\n")

    def raw(self, text: str) -> None:
        """A text for another program, exactly as it is."""
        self._write(self._stdout, text)

    def content(self, data: bytes) -> None:
        """A whole UTF-8 file on stdout, byte by byte, whatever stdout's encoding is."""
        buffer = getattr(self._stdout, "buffer", None)
        if buffer is None:
            self.raw(data.decode("utf-8"))
            return
        try:
            self._stdout.flush()
            buffer.write(data)
            buffer.flush()
        except BrokenPipeError:
            raise OutputClosedError from None

    def json(self, value: Mapping[str, Any]) -> None:
        """The result as JSON, alone on stdout."""
        result = {"schema_version": SCHEMA_VERSION, **value}
        encoding = self.encoding.lower().replace("-", "")
        text = json.dumps(result, indent=2, ensure_ascii=encoding != "utf8")
        self._write(self._stdout, text + "\n")

    def note(self, *pieces: Piece) -> None:
        """One line for the person, not part of the result."""
        self.clear_status()
        self._write(self._stderr, "".join(map(self._shown, pieces)) + "\n")

    def status(self, text: str) -> None:
        """Shows `text` in the changing line, where there can be one."""
        if not self.live:
            return
        shown = safe(text)[: max(self.width - 1, 1)]
        if shown != self._status:
            self._write(self._stderr, "\r" + shown.ljust(len(self._status)))
            self._status = shown

    def clear_status(self) -> None:
        """Takes the changing line away."""
        if self._status:
            self._write(self._stderr, "\r" + " " * len(self._status) + "\r")
            self._status = ""

    def confirm(self, question: str, *, otherwise: str) -> None:
        """Asks; anything but yes raises DeclinedError with what is said then."""
        if not _is_terminal(sys.stdin):
            raise DeclinedError(f"{question} Nobody is there to answer: add --yes.")
        self.clear_status()
        self._write(self._stderr, f"{safe(question)} [y/N] ")
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise DeclinedError(otherwise)

    @property
    def can_ask(self) -> bool:
        """Whether a person is there to answer."""
        return _is_terminal(sys.stdin)

    def ask(self, question: str) -> str:
        """What the person types, without blanks at its ends; empty at the end of input."""
        self.clear_status()
        self._write(self._stderr, f"{safe(question)} ")
        return sys.stdin.readline().strip()

    def close(self) -> None:
        """Writes out what is still held back. Raises OutputClosedError."""
        self.clear_status()
        for stream in (self._stdout, self._stderr):
            try:
                stream.flush()
            except BrokenPipeError:
                raise OutputClosedError from None

    def abandon(self) -> None:
        """After a closed pipe: keeps Python from complaining about it once more at exit."""
        # Streams without a descriptor (a test's) have nothing to be redirected.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stdout.fileno())
            os.close(nowhere)

    def _draw(self, pieces: tuple[Piece, ...]) -> None:
        from rich.console import Console  # noqa: PLC0415  40 ms, only for colour
        from rich.text import Text  # noqa: PLC0415

        if self._console is None:
            self._console = Console(
                file=self._stdout, highlight=False, markup=False, emoji=False, soft_wrap=True
            )
        line = Text()
        for piece in pieces:
            line.append(self._shown(piece), "" if isinstance(piece, str) else piece[1].value)
        try:
            self._console.print(line)
        except BrokenPipeError:
            raise OutputClosedError from None

    def _shown(self, piece: Piece) -> str:
        text = safe(piece if isinstance(piece, str) else piece[0])
        return text if self.unicode else text.translate(_LOOKALIKES)

    def _write(self, stream: TextIO, text: str) -> None:
        try:
            stream.write(text)
            stream.flush()
        except BrokenPipeError:
            raise OutputClosedError from None


class _Nowhere(io.StringIO):
    """Takes everything and keeps nothing."""

    def write(self, text: str) -> int:
        return len(text)


def safe(text: str) -> str:
    """Text without the control characters and escapes that a terminal would obey."""
    return _CONTROL.sub("", text)


def _robust(stream: TextIO | None) -> TextIO:
    """The stream, made to escape what its encoding lacks; a sink where there is no stream."""
    if stream is None:
        return _Nowhere()
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    return stream


def _carries_unicode(stream: TextIO) -> bool:
    try:
        "─│╭●✓✗→▶◷".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def _wants_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
    return _is_terminal(stream) and not plain
