"""What the exit code of a command says; `docs/students.md` lists them for scripts."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The codes a command ends with."""

    OK = 0
    """Done; for a check: every test passed."""
    TESTS_FAILED = 1
    """The check ran, and at least one test did not pass."""
    USAGE = 2
    """The command was called in a way that it doesn't understand."""
    LOCKED = 3
    """The module waits for others that have not passed."""
    NO_WORKSPACE = 4
    """There is no workspace here, or it can't be used."""
    COURSE_BROKEN = 5
    """The course or a lesson of it can't be read."""
    ENVIRONMENT_BROKEN = 6
    """This machine can't run a check; `tinytutor doctor` says why."""
    TIMED_OUT = 7
    """Something took longer than its limit and was stopped."""
    NOTEBOOK_UNREADABLE = 8
    """The student's notebook is no notebook."""
    STORE_UNREADABLE = 9
    """The record of progress can't be read."""
    NOT_STARTED = 10
    """The module has no notebook yet; `tinytutor start` makes one."""
    FILE_TROUBLE = 11
    """A file could not be read or written."""
    INTERNAL = 70
    """A fault of tinytutor itself."""
    INTERRUPTED = 130
    """Ctrl-C; nothing was recorded as passed."""
    OUTPUT_CLOSED = 141
    """The program that read our output went away."""
