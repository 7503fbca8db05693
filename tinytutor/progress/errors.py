"""What can go wrong with the store, each error with the fact, the place and the next step."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StoreError(Exception):
    """The record of progress can't be used as asked."""


class StoreUnreadableError(StoreError):
    """The file is damaged, missing, or no store of ours. It is never taken for a new one."""


class StoreNewerError(StoreUnreadableError):
    """A newer tinytutor wrote the file: nothing is wrong with it, and nothing to recover."""


class StoreBusyError(StoreError):
    """Another program held the file for too long."""


class StoreNotWritableError(StoreError):
    """Nothing can be written; what was recorded can still be read."""


class StoreFullError(StoreNotWritableError):
    """The disk is full; what was recorded can still be read."""


RECOVER = "`tinytutor doctor` puts it aside and saves what can be read."
"""The next step for a store that can't be read."""


DATABASE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What `sqlite3` raises; the latter where SQLite's message quotes the bytes of a damaged file."""


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns SQLite's errors into ours."""
    try:
        yield
    except DATABASE_ERRORS as error:
        raise explain(path, error) from error


def explain(path: Path, error: Exception) -> StoreError:
    """One of `DATABASE_ERRORS` in the student's words."""
    # The low byte is the kind of error, the rest says which of that kind.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusyError(
            f"{path}: another program keeps the record of your progress busy. Close other windows "
            f"of tinytutor on this workspace and try again."
        )
    if code == sqlite3.SQLITE_FULL:
        return StoreFullError(
            f"{path}: the disk is full, this was not recorded. Free some space and do it again; "
            f"everything recorded before is safe."
        )
    if code in (sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
        return StoreNotWritableError(
            f"{path}: the record of your progress can't be written ({error}). Give yourself write "
            f"permission on the file and its folder."
        )
    if code == sqlite3.SQLITE_IOERR:
        return StoreNotWritableError(
            f"{path}: the disk refused the record of your progress ({error}). See whether the disk "
            f"or your quota is full, and do it again; everything recorded before is safe."
        )
    is_damage = code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    if is_damage or isinstance(error, UnicodeDecodeError):
        return StoreUnreadableError(f"{path}: the record of your progress is damaged. {RECOVER}")
    return StoreError(f"{path}: {error}. `tinytutor doctor` looks for the cause.")
