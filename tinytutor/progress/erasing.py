"""Makes the record forget, on the student's wish: the only way in which events ever go.

The log itself never deletes. A new file takes the place of the old one, whose copies all go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tinytutor.files import sync_folder
from tinytutor.progress.backups import backups_of, unreadable_of
from tinytutor.progress.events import AttemptFinished, ConfusionReported, Event, Opaque
from tinytutor.progress.store import body_of
from tinytutor.progress.store_file import Row, create_file, journal_of


def without_words(events: Sequence[Event]) -> list[Event]:
    """The events with the student's words and the tests' messages blanked, all figures kept.

    An event that this version can't read goes whole, as nobody knows what is in it.
    """
    kept = []
    for event in events:
        what = event.what
        if isinstance(what, Opaque):
            continue
        if isinstance(what, ConfusionReported):
            kept.append(replace(event, what=replace(what, text="")))
        elif isinstance(what, AttemptFinished):
            tests = tuple(replace(test, message="") for test in what.tests)
            kept.append(replace(event, what=replace(what, tests=tests)))
        else:
            kept.append(event)
    return kept


def rewrite(path: Path, events: Sequence[Event]) -> None:
    """Puts a store with only these events in the place of the one at `path`; its copies go.

    Nobody may have it open. A kill leaves the old record or the new one; called again, it finishes.
    Raises StoreError, OSError.
    """
    fresh = path.with_name(f"{path.stem}.erasing{path.suffix}")
    for leftover in (fresh, journal_of(fresh)):
        leftover.unlink(missing_ok=True)
    create_file(fresh, [Row(e.sequence, e.event_id, body_of(e)) for e in events])
    fresh.replace(path)
    sync_folder(path.parent)
    journal_of(path).unlink(missing_ok=True)
    for copy in (*backups_of(path), *unreadable_of(path)):
        copy.unlink(missing_ok=True)
