"""Pseudonyms that only the holder of the institution's key can make, and make again.

They remain personal data: whoever has the key, or knows a student's pattern of work, can tell who
it is. The key stays at the institution; it is in no bundle and in no export.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from tinytutor.cohort.errors import KeyFileError

KEY_BYTES = 32


def create_key(path: Path) -> None:
    """Writes a fresh key that only its owner can read. Raises FileExistsError, OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_bytes(KEY_BYTES).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_key(path: Path) -> bytes:
    """The key in a file. Raises KeyFileError for none, or one that others can read; OSError."""
    if os.name == "posix":
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise KeyFileError(f"{path} can be read by others: `chmod 600 {path}` mends that")
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileError(
            f"{path} holds no key of {KEY_BYTES} bytes in hex: `tinytutor privacy key FILE` makes "
            f"one"
        )
    return key


def pseudonym(key: bytes, course: str, student: str) -> str:
    """32 hex digits for a student of a course; another course gives others."""
    words = f"{course}\0{student}".encode()
    return hmac.new(key, words, hashlib.sha256).hexdigest()[:32]
