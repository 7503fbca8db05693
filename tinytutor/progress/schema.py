"""The tables of the store, and how an older store gets them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tinytutor.progress.errors import RECOVER, StoreNewerError, StoreUnreadableError

APPLICATION_ID = 0x7474_5052
"""Marks a SQLite file as ours: `ttPR`."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # AUTOINCREMENT: a number is never given twice.
        """CREATE TABLE events (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            event_id TEXT NOT NULL UNIQUE,
            body TEXT NOT NULL,
            body_crc32 INTEGER NOT NULL
        )""",
        """CREATE TRIGGER events_stay BEFORE DELETE ON events
            BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END""",
        """CREATE TRIGGER events_keep BEFORE UPDATE ON events
            BEGIN SELECT RAISE(ABORT, 'events are never changed'); END""",
    ),
)
"""Element n makes version n + 1 out of version n, and is never changed once released."""

_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100


@dataclass(frozen=True, slots=True)
class Header:
    """What the first bytes of a store say; they can be read without SQLite touching the file."""

    application_id: int
    version: int


def read_header(path: Path) -> Header | None:
    """The header, or None where the file is none of SQLite's. Raises OSError."""
    with path.open("rb") as file:
        start = file.read(_HEADER_BYTES)
    if len(start) < _HEADER_BYTES or not start.startswith(_MAGIC):
        return None
    return Header(
        application_id=int.from_bytes(start[68:72], "big"),
        version=int.from_bytes(start[60:64], "big"),
    )


def require_ours(path: Path, *, latest: int = len(MIGRATIONS)) -> None:
    """Raises StoreUnreadableError unless the file is a store that this version can use."""
    header = read_header(path)
    if header is None:
        raise StoreUnreadableError(f"{path}: the record of your progress is damaged. {RECOVER}")
    if header.application_id != APPLICATION_ID or header.version == 0:
        raise StoreUnreadableError(
            f"{path}: this SQLite file belongs to another program, not to tinytutor. {RECOVER}"
        )
    if header.version > latest:
        raise StoreNewerError(
            f"{path}: written by a newer tinytutor (format {header.version}, this one knows "
            f"{latest}). Update it: `pip install --upgrade tinytutor`."
        )


def migrate(
    connection: sqlite3.Connection, migrations: Sequence[Sequence[str]] = MIGRATIONS
) -> None:
    """Brings the tables up to date: each step and its record in one transaction.

    Raises sqlite3.Error; the store then is at the last step that was done.
    """
    while _version(connection) < len(migrations):
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another program may have done the step while this one waited for the lock.
            version = _version(connection)
            if version < len(migrations):
                for statement in migrations[version]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)
