"""Reads a bundle from outside. What is wrong with a part costs that part; what is hostile, all."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
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
    sha256: str
    """Of the whole file."""
    manifest: Manifest
    events: bytes | None
    """The gzipped lines, None where they can't be used."""
    notebooks: Mapping[str, bytes]
    """Module id → the notebook's file."""
    notes: tuple[str, ...]
    """What was not taken, and other things that an instructor should know."""


def read_bundle(path: Path, course: Course) -> Bundle:
    """The bundle in a file. Raises BundleRefusedError."""
    try:
        with open_archive(path) as archive:
            return _bundle(path, archive, course)
    except (ArchiveError, ManifestError) as problem:
        raise BundleRefusedError(str(problem)) from None
    except OSError as problem:
        raise BundleRefusedError(f"can't be read ({problem.strerror or problem})") from None


def _bundle(path: Path, archive: Archive, course: Course) -> Bundle:
    if MANIFEST_NAME not in archive.names:
        raise BundleRefusedError(f"no bundle: it has no {MANIFEST_NAME}")
    manifest = from_json(archive.read(MANIFEST_NAME))
    if manifest.course != course.id:
        raise BundleRefusedError(f"of the course {manifest.course!r}, not of {course.id!r}")
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
    return Bundle(path, _file_sha256(path), manifest, events, notebooks, tuple(notes))


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
    kept, rejected = [], 0
    for line in text.split(b"\n"):
        if not line.strip():
            continue
        if len(line) > LINE_BYTES or b"\0" in line or not _is_utf8(line):
            rejected += 1
        else:
            kept.append(line)
    return EventLines(b"".join(line + b"\n" for line in kept), rejected, note)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
