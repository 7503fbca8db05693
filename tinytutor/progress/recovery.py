"""Saves what can be read of a damaged store, and puts the damaged file aside, never away."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

from tinytutor.files import sync_folder
from tinytutor.progress.backups import backups_of, integrity_problems, unreadable_of
from tinytutor.progress.durable import temporary_beside
from tinytutor.progress.errors import DATABASE_ERRORS, StoreNewerError, StoreUnreadableError
from tinytutor.progress.event_json import EventError, from_line
from tinytutor.progress.schema import require_ours
from tinytutor.progress.store import ProgressStore
from tinytutor.progress.store_file import Row, connect, create_file, journal_of

_SMALLEST_ROW_BYTES = 64
"""No event takes less: bounds the numbers worth asking for, whatever a broken page says."""
_MISSES = 200
"""Numbers in a row without an event after which the end of the log is taken for reached."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a recovery did."""

    events: int
    """In the store now."""
    from_backup: int
    """Of these, how many only a backup still had."""
    lost: int
    """How many are known to be gone: numbers below the highest seen that no event has."""
    aside: Path | None
    """Where the damaged file is now; None where nothing was wrong, or the file was gone."""


def recover(path: Path) -> Recovery:
    """Makes the store usable again: from every row that can be read, and from the backups.

    A sound store is left as it is, and so is one that a newer tinytutor wrote (StoreNewerError). No
    other program may use the store meanwhile. Raises StoreError and OSError; the damaged file is
    then where it was, or beside under `*.unreadable-*`, and the call can be repeated.
    """
    path = path.absolute()
    sound = _sound_events(path)
    if sound is not None:
        return Recovery(events=sound, from_backup=0, lost=0, aside=None)
    damaged = path if path.exists() else next(iter(unreadable_of(path)), None)
    rows, highest = _salvaged(damaged) if damaged else ({}, 0)
    saved = len(rows)
    for backup in backups_of(path):
        copied, last = _salvaged(backup)
        rows = copied | rows
        highest = max(highest, last)
        _withdraw_if_damaged(backup)
    aside = _put_aside(path)
    create_file(path, _in_order(rows))
    return Recovery(
        events=len(rows),
        from_backup=len(rows) - saved,
        lost=max(0, highest - len(rows)),
        aside=aside,
    )


def _sound_events(path: Path) -> int | None:
    """The number of events of a store with which nothing is wrong, else None."""
    try:
        with ProgressStore.open(path) as store:
            return None if store.problems() else len(store.events())
    except StoreNewerError:
        raise
    except StoreUnreadableError:
        return None


def _salvaged(source: Path) -> tuple[dict[str, Row], int]:
    """By event id, every event that a file still gives; and the highest number it knows of.

    Works on a copy, so that the file stays as it is.
    """
    copy = temporary_beside(source)
    try:
        shutil.copyfile(source, copy)
        if journal_of(source).exists():
            # An interrupted transaction is rolled back in the copy, as it would be in the file.
            shutil.copyfile(journal_of(source), journal_of(copy))
        limit = copy.stat().st_size // _SMALLEST_ROW_BYTES
        with closing(connect(copy)) as connection:
            highest = _highest(connection, limit)
            rows = {row.event_id: row for row in _rows(connection, highest, limit)}
    except DATABASE_ERRORS:
        return {}, 0  # not even its first page can be read
    finally:
        copy.unlink(missing_ok=True)
        journal_of(copy).unlink(missing_ok=True)
    return rows, max([highest, *(row.sequence for row in rows.values())])


def _highest(connection: sqlite3.Connection, limit: int) -> int:
    """The last number given, as far as it can still be found out."""
    found = [0]
    for query in ("SELECT max(sequence) FROM events", "SELECT max(seq) FROM sqlite_sequence"):
        with suppress(*DATABASE_ERRORS):
            (number,) = connection.execute(query).fetchone()
            if isinstance(number, int):
                found.append(number)
    return min(limit, max(found))


def _rows(connection: sqlite3.Connection, highest: int, limit: int) -> Iterator[Row]:
    """Asked for one by one: a damaged page costs only the events on it."""
    connection.execute("PRAGMA cell_size_check = ON")
    sequence, misses = 0, 0
    while sequence < limit and (sequence < highest or misses < _MISSES):
        sequence += 1
        row = _row(connection, sequence)
        misses = 0 if row else misses + 1
        if row:
            yield row


def _row(connection: sqlite3.Connection, sequence: int) -> Row | None:
    """The event with this number, None where it is missing or damaged."""
    try:
        found = connection.execute(
            "SELECT event_id, body, body_crc32 FROM events WHERE sequence = ?", (sequence,)
        ).fetchone()
        if found is None:
            return None
        event_id, body, checksum = found
        is_whole = crc32(body.encode()) == checksum and from_line(body).event_id == event_id
    except (*DATABASE_ERRORS, EventError, AttributeError):
        return None
    return Row(sequence, event_id, body) if is_whole else None


def _in_order(rows: Mapping[str, Row]) -> list[Row]:
    """By number; numbered anew where a number occurs twice, as after a backup was put in use."""
    ordered = sorted(rows.values(), key=lambda row: row.sequence)
    if len({row.sequence for row in ordered}) < len(ordered):
        return [row._replace(sequence=number) for number, row in enumerate(ordered, 1)]
    return ordered


def _withdraw_if_damaged(backup: Path) -> None:
    """Takes a damaged copy out of the rotation: there it would drive out a good one."""
    try:
        require_ours(backup)
        with closing(connect(backup)) as connection:
            damaged = bool(integrity_problems(connection))
    except StoreNewerError:
        return
    except (*DATABASE_ERRORS, StoreUnreadableError):
        damaged = True
    if damaged:
        backup.replace(backup.with_suffix(".damaged"))


def _put_aside(path: Path) -> Path | None:
    """Renames the file with its journal; a journal left alone would be played into the new file."""
    if not path.exists():
        journal_of(path).unlink(missing_ok=True)
        return None
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    aside = path.with_name(f"{path.stem}.unreadable-{stamp}{path.suffix}")
    if journal_of(path).exists():
        # First a copy: wherever this is interrupted, the file finds its journal.
        shutil.copyfile(journal_of(path), journal_of(aside))
    path.rename(aside)
    journal_of(path).unlink(missing_ok=True)
    sync_folder(path.parent)
    return aside
