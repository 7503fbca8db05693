"""Puts files in place so that they last through a crash, and never over another file."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tinytutor.files import sync_folder

_TEMPORARY = ".progress-tmp-"
_STRAY_SECONDS = 3_600.0


def temporary_beside(path: Path) -> Path:
    """A fresh name in the same folder. Removes what a killed program left there long ago."""
    for stray in path.parent.glob(f"*{_TEMPORARY}*"):
        try:
            if time.time() - stray.stat().st_mtime > _STRAY_SECONDS:
                stray.unlink()
        except FileNotFoundError:
            continue  # another program swept it first
    return path.with_name(f"{path.name}{_TEMPORARY}{os.urandom(6).hex()}")


def publish(temporary: Path, path: Path, *, replace: bool = False) -> None:
    """Syncs the finished file and gives it its name, at once and for good.

    Raises FileExistsError where the name is taken, unless `replace` is true, and OSError.
    """
    sync(temporary)
    if replace:
        temporary.replace(path)
    else:
        _rename_to_free_name(temporary, path)
    sync_folder(path.parent)


def _rename_to_free_name(temporary: Path, path: Path) -> None:
    try:
        # Fails where the name is taken, on every system; a rename takes it silently on most.
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        # Memory sticks and some network homes know no links.
        if path.exists():
            raise FileExistsError(f"{path} exists") from None
        temporary.rename(path)
    else:
        temporary.unlink()


def sync(path: Path) -> None:
    """Waits until the file's contents are on the disk."""
    # Windows syncs only files that are open for writing.
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
