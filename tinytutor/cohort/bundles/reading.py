"""Reads a bundle from outside. What is wrong with a part costs that part; what is hostile, all."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tinytutor.cohort.bundles.archive import Archive, ArchiveError, open_archive
from tinytutor.cohort.bundles.manifest import (
    EVENTS_NAME,
    MANIFEST_NAME,
    Manifest,
    ManifestError,
    from_json,
)
from tinytutor.curriculum import Course

EVENTS_TEXT_BYTES = 256 * 2**20
"""Most that a bundle's events may unpack to: some 800,000 events, years of work."""
LINE_BYTES = 512 * 2**10
"""Longest line of events."""


class BundleRefusedError(ValueError):
    """A file of which nothing is taken; says why."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was taken of a bundle."""

    path: Path
    manifest: Manifest
    events: bytes | None
    """The gzipped lines, None where they can't be used."""
    notebooks: Mapping[str, bytes]
    """Module id → the notebook's file."""
    notes: tuple[str, ...]
    """What was not taken, and other things that an instructor should know."""


def read_manifest(path: Path, course: Course) -> Manifest:
    """Only the manifest of a bundle. Raises BundleRefusedError."""
    with _opened(path) as archive:
        return _manifest(archive, course)


def read_bundle(path: Path, course: Course) -> Bundle:
    """The bundle in a file. Raises BundleRefusedError."""
    with _opened(path) as archive:
        return _bundle(path, archive, course)


@contextmanager
def _opened(path: Path) -> Iterator[Archive]:
    try:
        with open_archive(path) as archive:
            yield archive
    except (ArchiveError, ManifestError) as problem:
        raise BundleRefusedError(str(problem)) from None
    except OSError as problem:
        raise BundleRefusedError(f"can't be read ({problem.strerror or problem})") from None


def _manifest(archive: Archive, course: Course) -> Manifest:
    if MANIFEST_NAME not in archive.names:
        raise BundleRefusedError(f"no bundle: it has no {MANIFEST_NAME}")
    manifest = from_json(archive.read(MANIFEST_NAME))
    if manifest.course != course.id:
        raise BundleRefusedError(
            f"of the course {manifest.course!r}, not of {course.id!r}: `--course FOLDER` takes "
            f"another one"
        )
    return manifest


def _bundle(path: Path, archive: Archive, course: Course) -> Bundle:
    manifest = _manifest(archive, course)
    notes: list[str] = []
    if manifest.course_version != course.version:
        notes.append(
            f"made with version {manifest.course_version} of the course, this is {course.version}"
        )
    if archive.ignored:
        notes.append(f"{len(archive.ignored)} files that no bundle has were not looked at")
    events = _part(archive, EVENTS_NAME, manifest.events.sha256, notes)
    notebooks: dict[str, bytes] = {}
    known = course.by_id
    for entry in manifest.notebooks:
        if entry.module not in known:
            notes.append(f"notebook {entry.module}: the course has no such module")
            continue
        content = _part(archive, f"notebooks/{entry.module}.ipynb", entry.sha256, notes)
        if content is not None:
            notebooks[entry.module] = content
    return Bundle(path, manifest, events, notebooks, tuple(notes))


def _part(archive: Archive, name: str, sha256: str, notes: list[str]) -> bytes | None:
    """One file of the bundle, None with a note where it can't be used."""
    if name not in archive.names:
        notes.append(f"{name} is not in it")
        return None
    try:
        content = archive.read(name)
    except ArchiveError as problem:
        notes.append(str(problem))
        return None
    if hashlib.sha256(content).hexdigest() != sha256:
        notes.append(f"{name} is not what the manifest says (its hash differs): not taken")
        return None
    return content


@dataclass(frozen=True, slots=True)
class EventLines:
    """The lines of a bundle's events that may be parsed."""

    text: bytes
    """UTF-8, each line ended by LF."""
    rejected: int
    """Lines that can be no event: too long, no UTF-8, with a NUL in them."""
    note: str = ""
    """What ended the reading early."""


def event_lines(packed: bytes) -> EventLines:
    """Unpacks gzipped lines within bounds. What comes before a damage is kept."""
    unpacker = zlib.decompressobj(wbits=31)
    note = ""
    text = b""
    try:
        text = unpacker.decompress(packed, EVENTS_TEXT_BYTES)
        if unpacker.unconsumed_tail:
            note = f"events beyond {EVENTS_TEXT_BYTES // 2**20} MiB were not read"
        elif not unpacker.eof:
            note = "the events are cut off"
    except zlib.error as problem:
        note = f"the events are damaged ({problem})"
    lines = [line for line in text.split(b"\n") if line.strip()]
    if b"\0" in text or not _is_utf8(text) or max(map(len, lines), default=0) > LINE_BYTES:
        kept = [
            line
            for line in lines
            if len(line) <= LINE_BYTES and b"\0" not in line and _is_utf8(line)
        ]
    else:
        kept = lines
        if text.endswith(b"\n") and text.count(b"\n") == len(lines):
            return EventLines(text, 0, note)  # as it should be, and nothing to copy
    return EventLines(b"".join(line + b"\n" for line in kept), len(lines) - len(kept), note)


def _is_utf8(text: bytes) -> bool:
    if text.isascii():  # nearly all is, and this copies nothing
        return True
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
