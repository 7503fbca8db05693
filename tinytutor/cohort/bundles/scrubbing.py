"""What of an event leaves the student's machine: words and messages only by choice."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from tinytutor.progress.events import (
    AttemptFinished,
    ConfusionReported,
    Event,
    ModulePassed,
    Opaque,
    PredictionMade,
    What,
)

_HOMES = re.compile(r"(?:/home|/Users|[A-Za-z]:[\\/]+Users)[\\/]+[^\\/\s\"':]+|/root(?=/)")
"""A home folder of the usual systems."""


def scrubbed(event: Event, *, with_texts: bool) -> Event | None:
    """The event as it is handed in, None where it can't be known to hold no words.

    With texts, home folders in them become `~`. The library's source is left out either way: the
    notebooks hold it.
    """
    what = _scrubbed(event.what, with_texts=with_texts)
    return None if what is None else replace(event, what=what)


def without_home(text: str) -> str:
    """The text with `~` for every home folder."""
    return _HOMES.sub("~", text.replace(str(Path.home()), "~"))


def _scrubbed(what: What, *, with_texts: bool) -> What | None:
    if isinstance(what, Opaque):
        # Of a newer version, or broken: nobody here knows what is in it.
        return what if with_texts else None
    if isinstance(what, ConfusionReported | PredictionMade):
        return replace(what, text=without_home(what.text) if with_texts else "")
    if isinstance(what, AttemptFinished):
        tests = tuple(
            replace(test, message=without_home(test.message) if with_texts else "")
            for test in what.tests
        )
        return replace(what, tests=tests)
    if isinstance(what, ModulePassed):
        return replace(what, library_source="")
    return what
