"""Copies of the store: made by SQLite itself, checked, and kept in a short rotation."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tinytutor.progress.durable import publish, temporary_beside
from tinytutor.progress.errors import RECOVER, StoreUnreadableError

KEEP = 3
"""Copies that stay."""


def backups_of(path: Path) -> list[Path]:
    """The copies of a store, newest first. By the number of the last event, not by any clock."""
    return sorted(_folder(path).glob("*.sqlite"), reverse=True)


def unreadable_of(path: Path) -> list[Path]:
    """What recoveries put aside, newest first."""
    return sorted(path.parent.glob(f"{path.stem}.unreadable-*{path.suffix}"), reverse=True)


def write_backup(connection: sqlite3.Connection, path: Path, keep: int = KEEP) -> Path:
    """Copies the store and removes all but the newest `keep` copies.

    Nothing is removed before the new copy has been checked and is on the disk. Raises
    StoreUnreadableError, sqlite3.Error and OSError.
    """
    folder = _folder(path)
    folder.mkdir(parents=True, exist_ok=True)
    (last,) = connection.execute("SELECT coalesce(max(sequence), 0) FROM events").fetchone()
    copy = folder / f"{last:012}.sqlite"
    temporary = temporary_beside(copy)
    try:
        connection.execute("VACUUM INTO ?", (str(temporary),))
        with closing(sqlite3.connect(temporary)) as copied:
            if problems := integrity_problems(copied):
                raise StoreUnreadableError(
                    f"{path}: a copy of it came out damaged ({problems[0]}). {RECOVER}"
                )
        publish(temporary, copy, replace=True)
    finally:
        temporary.unlink(missing_ok=True)
    for old in backups_of(path)[keep:]:
        old.unlink(missing_ok=True)
    return copy


def integrity_problems(connection: sqlite3.Connection) -> list[str]:
    """What SQLite's full check finds, empty where all is well. Raises sqlite3.Error."""
    found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
    return [] if found == ["ok"] else found


def _folder(path: Path) -> Path:
    return path.with_name(f"{path.stem}-backups")
