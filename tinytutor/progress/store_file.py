"""The store as a file: made whole or not at all, opened with the settings that the log needs."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from zlib import crc32

from tinytutor.progress.backups import backups_of, unreadable_of
from tinytutor.progress.durable import publish, temporary_beside
from tinytutor.progress.errors import (
    RECOVER,
    StoreNotWritableError,
    StoreUnreadableError,
    explained,
)
from tinytutor.progress.schema import migrate

BUSY_SECONDS = 10.0
"""How long to wait for another program that writes."""


class Row(NamedTuple):
    """An event as the table holds it, without the checksum."""

    sequence: int
    event_id: str
    body: str


def connect(path: Path) -> sqlite3.Connection:
    """A connection to an existing file. Raises sqlite3.Error."""
    connection = sqlite3.connect(
        f"{_uri(path)}?mode=rw",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA journal_mode = TRUNCATE")
        connection.execute("PRAGMA synchronous = FULL")
        # macOS: a plain fsync leaves the data in the drive's cache.
        connection.execute("PRAGMA fullfsync = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _uri(path: Path) -> str:
    """As SQLite reads it: unlike in a URL, the server of `//server/share` belongs to the path."""
    name = path.absolute().as_posix()
    return f"file://{'' if name.startswith('/') else '/'}{quote(os.fsencode(name))}"


def create_file(path: Path, rows: Sequence[Row] = ()) -> None:
    """Makes a store, complete under another name first, so that no half one is ever seen.

    Does nothing where the name is taken by then. Raises StoreError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = temporary_beside(path)
        try:
            temporary.touch()
            with explained(path), closing(connect(temporary)) as connection:
                migrate(connection)
                connection.execute("BEGIN")
                connection.executemany(
                    "INSERT INTO events (sequence, event_id, body, body_crc32) VALUES (?, ?, ?, ?)",
                    ((*row, crc32(row.body.encode())) for row in rows),
                )
                connection.execute("COMMIT")
            publish(temporary, path)
        finally:
            for leftover in (temporary, journal_of(temporary)):
                leftover.unlink(missing_ok=True)
    except FileExistsError:
        return
    except OSError as error:
        raise StoreNotWritableError(
            f"{path}: the record of your progress can't be made ({error.strerror}). Free some "
            f"space, or give yourself permission to write the folder."
        ) from error


def refuse_if_lost(path: Path, *, create: bool) -> None:
    """Raises StoreUnreadableError where a missing store must not be made anew."""
    copies = [*backups_of(path), *unreadable_of(path)]
    journal = journal_of(path)
    if journal.exists() and journal.stat().st_size:
        copies.append(journal)
    if path.exists():
        return  # another program made it in the meantime, and what was found are its own files
    if copies:
        raise StoreUnreadableError(
            f"{path}: the record of your progress is gone, but {copies[0]} is there. {RECOVER}"
        )
    if not create:
        raise StoreUnreadableError(
            f"{path}: there is no record of progress here. Put it back from a copy of yours, or "
            f"begin a new one with `tinytutor doctor --recover`."
        )


def require_sound(path: Path, connection: sqlite3.Connection) -> None:
    """Raises StoreUnreadableError for a file whose pages or tables are damaged. 4 ms per 5 MB."""
    (first,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if first == "ok":
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'events'")
        first = "ok" if tables.fetchone() == (1,) else "its table of events is missing"
    if first != "ok":
        problem = first.splitlines()[-1]
        raise StoreUnreadableError(
            f"{path}: the record of your progress is damaged ({problem}). {RECOVER}"
        )


def journal_of(path: Path) -> Path:
    """Where SQLite notes what to undo after a crash."""
    return path.with_name(f"{path.name}-journal")


def identity(path: Path) -> tuple[int, int] | None:
    """Which file the name stands for now, None where it stands for none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
