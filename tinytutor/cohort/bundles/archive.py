"""Opens a zip from outside within bounds: names that are allowed, bytes that are counted.

Nothing is ever unpacked onto the disk: contents come back as bytes, under the names of a bundle.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tinytutor.cohort.bundles.manifest import EVENTS_NAME, MANIFEST_NAME, NOTEBOOK_NAME
from tinytutor.notebooks.student import MAX_BYTES as NOTEBOOK_BYTES

ARCHIVE_BYTES = 128 * 2**20
EVENTS_BYTES = 64 * 2**20
"""Of the gzipped file; `events_text` bounds what comes out of it."""
MANIFEST_BYTES = 2**20
MOST_FILES = 1_200
_DIRECTORY_BYTES = 256 * 2**10

_END = struct.Struct("<4s4H2LH")
_ZIP64_LOCATOR_BYTES = 20
_LOCAL_HEADER_BYTES = 30
_ENCRYPTED = 0x1
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    UnicodeDecodeError,
    struct.error,
    NotImplementedError,  # "made by a later version", if only by a flipped bit
)


class ArchiveError(ValueError):
    """A file that is no bundle, or one that nobody makes by accident; says why."""


class Archive:
    """An opened zip, of which each file can be read once it is asked for."""

    def __init__(self, bundle: zipfile.ZipFile):
        self._bundle = bundle
        self._entries, self.ignored = _accepted(bundle.infolist())

    @property
    def names(self) -> tuple[str, ...]:
        """Names of a bundle's own files, in the order of the zip."""
        return tuple(self._entries)

    def read(self, name: str) -> bytes:
        """The content of one of `names`. Raises ArchiveError where it is damaged or too large."""
        limit = limit_of(name)
        try:
            with self._bundle.open(self._entries[name]) as file:
                content = file.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as problem:
            raise ArchiveError(f"{name} is damaged ({problem})") from None
        if len(content) > limit:
            raise ArchiveError(f"{name} unpacks to more than {limit // 2**20} MiB")
        return content


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Opens a bundle's zip. Raises ArchiveError, OSError."""
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        if size > ARCHIVE_BYTES:
            raise ArchiveError(f"{size // 2**20} MiB, at most {ARCHIVE_BYTES // 2**20} are read")
        file.seek(max(0, size - _END.size - _ZIP64_LOCATOR_BYTES))
        _require_small_directory(file.read(), size)
        try:
            with zipfile.ZipFile(file) as bundle:
                yield Archive(bundle)
        except _DAMAGE as problem:
            raise ArchiveError(f"the zip is damaged ({problem}): ask for it again") from None


def limit_of(name: str) -> int:
    """How many bytes a file of a bundle may have."""
    if name == MANIFEST_NAME:
        return MANIFEST_BYTES
    return EVENTS_BYTES if name == EVENTS_NAME else NOTEBOOK_BYTES


def _require_small_directory(tail: bytes, size: int) -> None:
    """Looks at the end record before the list of files is read, which may claim to be huge."""
    if len(tail) < _END.size or tail[-_END.size :][:4] != b"PK\x05\x06":
        raise ArchiveError("no zip, or one that was cut off: ask for it again")
    fields = _END.unpack(tail[-_END.size :])
    _, disk, first_disk, here, total, directory_bytes, offset, comment = fields
    if tail.startswith(b"PK\x06\x07") or 0xFFFF in (here, total):
        raise ArchiveError("a zip with more files than any bundle has")
    if total > MOST_FILES or directory_bytes > _DIRECTORY_BYTES:
        raise ArchiveError(f"{total} files, a bundle has at most {MOST_FILES}")
    if (disk, first_disk, comment) != (0, 0, 0) or here != total:
        raise ArchiveError("a zip in parts, or with a comment, which no bundle is")
    if offset + directory_bytes + _END.size != size:
        raise ArchiveError("a zip with something before or after it, which no bundle is")


def _accepted(
    entries: Sequence[zipfile.ZipInfo],
) -> tuple[dict[str, zipfile.ZipInfo], tuple[str, ...]]:
    """The files of a bundle by name, and the names of others. Raises ArchiveError."""
    if len(entries) > MOST_FILES:
        raise ArchiveError(f"{len(entries)} files, a bundle has at most {MOST_FILES}")
    accepted: dict[str, zipfile.ZipInfo] = {}
    ignored: list[str] = []
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            raise ArchiveError("files that overlap, as a zip bomb's do")
        end = entry.header_offset + _LOCAL_HEADER_BYTES + entry.compress_size
        _require_harmless(entry)
        name = entry.filename
        known = name in (MANIFEST_NAME, EVENTS_NAME) or NOTEBOOK_NAME.fullmatch(name) is not None
        if not known:
            ignored.append(name)
        elif name in accepted:
            raise ArchiveError(f"two files with the name {name!r}")
        else:
            if entry.file_size > limit_of(name):
                raise ArchiveError(f"{name} unpacks to more than {limit_of(name) // 2**20} MiB")
            accepted[name] = entry
    return accepted, tuple(ignored)


def _require_harmless(entry: zipfile.ZipInfo) -> None:
    shown = repr(entry.orig_filename[:60])
    parts = entry.orig_filename.replace("\\", "/").split("/")
    if "\0" in entry.orig_filename:
        raise ArchiveError(f"a file name with a NUL in it, {shown}")
    if ".." in parts or not parts[0] or ":" in parts[0]:
        raise ArchiveError(f"a file name that leads out of the bundle, {shown}")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise ArchiveError(f"a link, {shown}")
    if entry.flag_bits & _ENCRYPTED:
        raise ArchiveError(f"an encrypted file, {shown}")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveError(f"a file packed in an unusual way, {shown}")
