"""The append-only log of a workspace, a SQLite file. Every event that `append` returned is safe.

Rollback journal, cut to zero at each commit (`TRUNCATE`), and a full sync: this loses nothing in a
power cut, works on network homes, where a write-ahead log doesn't, and costs about a millisecond
per `append`. Several programs may use the file at once.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from zlib import crc32

from tinytutor.progress import backups
from tinytutor.progress.errors import (
    DATABASE_ERRORS,
    RECOVER,
    StoreBusyError,
    StoreError,
    StoreFullError,
    StoreNewerError,
    StoreNotWritableError,
    StoreUnreadableError,
    explain,
    explained,
)
from tinytutor.progress.event_json import EventError, encode, from_line
from tinytutor.progress.events import Event
from tinytutor.progress.schema import migrate, require_ours
from tinytutor.progress.store_file import (
    connect,
    create_file,
    identity,
    refuse_if_lost,
    require_sound,
)

__all__ = [
    "ProgressStore",
    "StoreBusyError",
    "StoreError",
    "StoreFullError",
    "StoreNewerError",
    "StoreNotWritableError",
    "StoreUnreadableError",
]


class ProgressStore:
    """The log. Use `open`; safe to share between threads."""

    def __init__(self, path: Path, connection: sqlite3.Connection):
        self.path = path
        self.write_problem: StoreError | None = None
        """Why the last write failed, None while writing works. Reading goes on either way."""
        self._connection = connection
        self._lock = threading.Lock()
        self._file = identity(path)

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> ProgressStore:
        """Opens the store, and where `create` is true makes it if neither it nor a backup is there.

        Tries a real write: where it fails, `write_problem` says why, and the events can still be
        read. Raises StoreUnreadableError for a file that is damaged, missing, foreign or newer (it
        is left as it is), StoreBusyError, and StoreNotWritableError where none can be made.
        """
        path = path.absolute()
        try:
            if not path.exists():
                refuse_if_lost(path, create=create)
                create_file(path)
            require_ours(path)
        except OSError as error:
            raise StoreUnreadableError(
                f"{path}: can't be opened ({error.strerror}). Give yourself permission to read and "
                f"write the file and its folder."
            ) from error
        with explained(path):
            connection = connect(path)
        try:
            with explained(path):
                require_sound(path, connection)
            store = cls(path, connection)
            store._probe()
        except BaseException:
            connection.close()
            raise
        return store

    def append(self, *events: Event) -> tuple[Event, ...]:
        """Stores all the events or none; returns them with their `sequence`, once they are safe.

        An event that is stored already (same id, same content) is not stored again, so that whoever
        doubts may repeat. Raises StoreFullError, StoreNotWritableError, StoreBusyError,
        StoreUnreadableError, and ValueError for an id that is taken or a value that isn't JSON.
        """
        rows = [(event.event_id, body_of(event)) for event in events]
        with self._writing():
            numbers = [self._insert(event_id, body) for event_id, body in rows]
        return tuple(
            replace(event, sequence=number) for event, number in zip(events, numbers, strict=True)
        )

    def events(self, after: int = 0) -> list[Event]:
        """The events whose `sequence` is greater than `after`, in order.

        Raises StoreUnreadableError, StoreBusyError.
        """
        with self._lock, explained(self.path):
            # All at once: a statement that is read slowly would keep writers waiting.
            rows = self._connection.execute(
                # As bytes: damaged ones needn't be UTF-8.
                "SELECT sequence, CAST(body AS BLOB), body_crc32 FROM events "
                "WHERE sequence > ? ORDER BY sequence",
                (after,),
            ).fetchall()
        return [self._event(*row) for row in rows]

    def last_sequence(self) -> int:
        """The number of the last event, 0 where there is none: cheap to ask again and again."""
        with self._lock, explained(self.path):
            row = self._connection.execute("SELECT max(sequence) FROM events").fetchone()
        return int(row[0] or 0)

    def problems(self) -> list[str]:
        """What a full check of the file finds; empty where it is sound.

        Raises StoreUnreadableError where the damage ends the check, StoreBusyError.
        """
        with self._lock, explained(self.path):
            return backups.integrity_problems(self._connection)

    def back_up(self, keep: int = backups.KEEP) -> Path:
        """Writes a checked copy beside the store and keeps the newest `keep`; returns its path.

        Raises StoreError or OSError; earlier copies are still there then.
        """
        with self._lock, explained(self.path):
            return backups.write_backup(self._connection, self.path, keep)

    def close(self) -> None:
        """Closes the file; nothing is pending, as every `append` was final."""
        self._connection.close()

    def __enter__(self) -> ProgressStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction; on any error nothing of it remains."""
        with self._lock:
            self._require_same_file()
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
            except DATABASE_ERRORS as error:
                self.write_problem = explain(self.path, error)
                raise self.write_problem from error
            finally:
                if self._connection.in_transaction:
                    with suppress(sqlite3.Error):  # it is rolled back at the next opening then
                        self._connection.execute("ROLLBACK")
            self.write_problem = None

    def _insert(self, event_id: str, body: str) -> int:
        stored = self._connection.execute(
            "SELECT sequence, body FROM events WHERE event_id = ?", (event_id,)
        ).fetchone()
        if stored is None:
            cursor = self._connection.execute(
                "INSERT INTO events (event_id, body, body_crc32) VALUES (?, ?, ?)",
                (event_id, body, crc32(body.encode())),
            )
            return int(cursor.lastrowid or 0)
        if stored[1] != body:
            raise ValueError(f"event id {event_id} is taken by event {stored[0]}, another one")
        return int(stored[0])

    def _event(self, sequence: int, body: bytes | None, checksum: object) -> Event:
        try:
            if crc32(body or b"") != checksum:
                raise EventError("its checksum differs")
            return from_line(body or b"", sequence=sequence)
        except EventError as error:
            raise StoreUnreadableError(
                f"{self.path}: event {sequence} is damaged ({error}). {RECOVER}"
            ) from error

    def _probe(self) -> None:
        """Finds out by doing whether the store can be written."""
        try:
            migrate(self._connection)
            with self._writing():
                (version,) = self._connection.execute("PRAGMA user_version").fetchone()
                self._connection.execute(f"PRAGMA user_version = {version}")
        except DATABASE_ERRORS as error:
            self.write_problem = explain(self.path, error)
        except (StoreBusyError, StoreNotWritableError):
            return  # kept in `write_problem`

    def _require_same_file(self) -> None:
        """A file that was moved away still takes writes, into nowhere."""
        if identity(self.path) != self._file:
            raise StoreUnreadableError(
                f"{self.path}: the file was moved or replaced while it was open; this was not "
                f"recorded. Leave tinytutor and start it again."
            )


def body_of(event: Event) -> str:
    """What is stored of an event: everything but its number, which the table holds."""
    fields = encode(event)
    del fields["sequence"]
    return json.dumps(fields, separators=(",", ":"), allow_nan=False)
