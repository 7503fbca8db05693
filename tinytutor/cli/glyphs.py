"""Symbols beside the words of verdicts, with ASCII for terminals that can't show more."""

from __future__ import annotations

from tinytutor.cli.output import Tone
from tinytutor.running.verdicts import Status

_SYMBOLS: dict[Status, tuple[str, str]] = {
    Status.PASSED: ("✓", "+"),
    Status.FAILED: ("✗", "x"),
    Status.ERROR: ("!", "!"),
    Status.TIMED_OUT: ("◷", "~"),
    Status.NOT_REACHED: ("–", "-"),
}
_WORDS: dict[Status, str] = {
    Status.PASSED: "passed",
    Status.FAILED: "failed",
    Status.ERROR: "error",
    Status.TIMED_OUT: "timed out",
    Status.NOT_REACHED: "not reached",
}
_TONES: dict[Status, Tone] = {
    Status.PASSED: Tone.GOOD,
    Status.FAILED: Tone.BAD,
    Status.ERROR: Tone.BAD,
    Status.TIMED_OUT: Tone.WARN,
    Status.NOT_REACHED: Tone.QUIET,
}


def symbol_of(status: Status, *, unicode: bool) -> str:
    """One character for a verdict."""
    return _SYMBOLS[status][0 if unicode else 1]


def word_of(status: Status) -> str:
    """The verdict in words."""
    return _WORDS[status]


def tone_of(status: Status) -> Tone:
    """The verdict's tone."""
    return _TONES[status]
