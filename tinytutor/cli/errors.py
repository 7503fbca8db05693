"""Errors that only the command line has; `edge` gives each its exit code."""

from __future__ import annotations


class CheckTimedOutError(Exception):
    """The limit that `--timeout` set was reached."""


class UnknownPlaceError(LookupError):
    """An exercise or section that the lesson does not have."""


class DeclinedError(Exception):
    """A question before something that can't be taken for granted was not answered with yes."""


class LeakySandboxError(Exception):
    """A box can be built here, but something gets out of it."""

    def __init__(self, escapes: list[str]):
        super().__init__(
            f"the sandbox of this machine does not hold: {'; '.join(escapes)}. Nothing was graded. "
            f"Grade on another machine, or with `--sandbox off` what you trust"
        )
