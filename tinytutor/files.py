"""Files that are whole at any moment: written beside, synced, then put in place."""

from __future__ import annotations

import contextlib
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

_TEMPORARY = ".tinytutor-tmp-"


def write_whole(path: Path, text: str, *, synced: bool = True) -> None:
    """Replaces the file by `text` (UTF-8, as it is): a crash leaves the old or the new.

    A symbolic link is followed, so that a linked notebook stays a link. Raises OSError.

    Args:
        path: the file; its folder is made where it is missing.
        text: the new content.
        synced: whether to wait for the disk. A cache need not: after a crash of the machine it
            may be gone, or broken.
    """
    write_whole_bytes(path, text.encode("utf-8"), synced=synced)


def write_whole_bytes(path: Path, content: bytes, *, synced: bool = True) -> None:
    """As `write_whole`, for any content."""
    import secrets  # noqa: PLC0415  3 ms, and commands that only read need none

    target = path.resolve() if path.is_symlink() else path
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f"{_TEMPORARY}{secrets.token_hex(6)}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            if synced:
                os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            temporary.chmod(target.stat().st_mode & 0o777)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    if synced:
        sync_folder(target.parent)


def back_up(path: Path, backups: Path) -> Path:
    """Copies the file into `backups` under its name and the time; returns the copy."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S_%f")
    copy = backups / f"{path.stem}.{stamp}{path.suffix}"
    write_whole(copy, path.read_text("utf-8", errors="surrogateescape"))
    return copy


def sweep_temporaries(folder: Path) -> None:
    """Removes what a killed `write_whole` left in `folder`."""
    for stray in folder.glob(f"{_TEMPORARY}*"):
        stray.unlink(missing_ok=True)


def sha256(text: str) -> str:
    """Hex digest of the text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()


def sync_folder(folder: Path) -> None:
    """Waits until the names in the folder are on the disk; Windows has no such call."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
