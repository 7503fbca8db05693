"""Opening a cohort with a line that moves, and a word about every bundle that needs one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tinytutor.cli.output import Output
from tinytutor.cli.session import Session
from tinytutor.cohort.folders import is_cohort
from tinytutor.cohort.records.cohort import Cohort
from tinytutor.cohort.records.receipts import Receipt, Taken
from tinytutor.cohort.sources import opened

MOST_NOTES = 20


@contextmanager
def opened_with_notes(session: Session, places: Sequence[Path]) -> Iterator[Cohort]:
    """The cohort; what was not taken whole is told on stderr."""
    progress = RateLine(session.output, "bundles")
    with opened(places, session.course, progress.show) as cohort:
        session.output.clear_status()
        if not any(map(is_cohort, places)):
            # Of a cohort's folder it was told when that was made.
            tell_receipts(session.output, cohort.receipts)
        yield cohort


def tell_receipts(output: Output, receipts: Sequence[Receipt]) -> None:
    """A line for each bundle that was not taken whole, the first twenty."""
    noticeable = [receipt for receipt in receipts if receipt.taken is not Taken.WHOLE]
    for receipt in noticeable[:MOST_NOTES]:
        output.note(receipt.line)
    if len(noticeable) > MOST_NOTES:
        output.note(f"and {len(noticeable) - MOST_NOTES} more; `tinytutor ingest` keeps the list")


class RateLine:
    """The changing line of work on many things: how many, how fast, how long still."""

    def __init__(self, output: Output, things: str):
        self._output = output
        self._things = things
        self._began = time.monotonic()

    def show(self, done: int, total: int) -> None:
        """Draws the line as it is now."""
        seconds = time.monotonic() - self._began
        rate = done / seconds if seconds > 0 else 0.0
        left = f", {duration_left((total - done) / rate)} left" if rate and done < total else ""
        self._output.status(f"{done} of {total} {self._things} · {rate:.1f} per s{left}")


def duration_left(seconds: float) -> str:
    """A time that is still to come, no more exact than it can be known."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
