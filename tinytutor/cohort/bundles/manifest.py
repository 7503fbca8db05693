"""The table of contents of a bundle and its JSON form. Nothing in it is trusted unchecked.

manifest.json              what is here, with hashes
events.jsonl.gz            one event per line, see `progress.event_json`
notebooks/02_tensor.ipynb  the code of each module that was started, outputs left out
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Any

FORMAT = "tinytutor-bundle"
SCHEMA_VERSION = 1
MANIFEST_NAME = "manifest.json"
EVENTS_NAME = "events.jsonl.gz"
NOTEBOOK_NAME = re.compile(r"notebooks/([0-9]{2,3}_[a-z][a-z0-9_]{0,39})\.ipynb")
"""Its group is the module's id."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_STUDENT = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,128}")
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class ManifestError(ValueError):
    """A manifest that can't be used; says why."""


@dataclass(frozen=True, slots=True)
class EventsEntry:
    """The events of a bundle."""

    sha256: str
    """Of the gzipped file."""
    count: int
    """Lines."""
    last_sequence: int


@dataclass(frozen=True, slots=True)
class NotebookEntry:
    """One notebook of a bundle."""

    module: str
    sha256: str
    """Of the file."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle says about itself."""

    course: str
    course_version: str
    tinytutor_version: str
    student: str
    """Id or pseudonym, as the course asks."""
    workspace: str
    """Id of the workspace that it was made in: the same in every bundle from there."""
    as_of: str
    """UTC of the last event: the same state of a workspace gives the same bundle, byte for byte."""
    has_texts: bool
    """Whether the student chose to hand in confusion texts and test messages."""
    events: EventsEntry
    notebooks: tuple[NotebookEntry, ...]


def is_student_name(text: str) -> bool:
    """Whether a text can stand for a student: 1 to 128 characters, none of them a control one."""
    return _STUDENT.fullmatch(text) is not None and text.strip() == text


def to_json(manifest: Manifest) -> str:
    """The manifest as the text of its file."""
    about = {"format": FORMAT, "schema_version": SCHEMA_VERSION, **asdict(manifest)}
    return json.dumps(about, indent=1) + "\n"


def from_json(content: bytes) -> Manifest:
    """The manifest of a file's content. Raises ManifestError."""
    try:
        raw = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as problem:
        raise ManifestError(f"its {MANIFEST_NAME} is not JSON ({str(problem)[:80]})") from None
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise ManifestError(f"its {MANIFEST_NAME} is not that of a bundle")
    version = raw.get("schema_version")
    if version != SCHEMA_VERSION:
        raise ManifestError(
            f"it is of format {version!r:.20}, this version reads {SCHEMA_VERSION}: "
            f"`pip install --upgrade tinytutor`"
        )
    try:
        return _manifest(raw)
    except (KeyError, TypeError, ValueError) as problem:
        raise ManifestError(
            f"its {MANIFEST_NAME} lacks or breaks {str(problem)[:80]}: ask for it again"
        ) from None


def _manifest(raw: dict[str, Any]) -> Manifest:
    events, listed = raw["events"], raw["notebooks"]
    if not isinstance(listed, list) or len(listed) > 1000:
        raise ValueError("'notebooks'")
    notebooks = tuple(
        NotebookEntry(_checked(_LABEL, each, "module"), _checked(_SHA256, each, "sha256"))
        for each in listed
    )
    if len({entry.module for entry in notebooks}) != len(notebooks):
        raise ValueError("'notebooks': a module twice")
    student = _checked(_STUDENT, raw, "student")
    if not is_student_name(student):
        raise ValueError("'student'")
    return Manifest(
        course=_checked(_LABEL, raw, "course"),
        course_version=_checked(_STUDENT, raw, "course_version"),
        tinytutor_version=_checked(_STUDENT, raw, "tinytutor_version"),
        student=student,
        workspace=_checked(_LABEL, raw, "workspace"),
        as_of=_checked(_STUDENT, raw, "as_of"),
        has_texts=raw["has_texts"] is True,
        events=EventsEntry(
            _checked(_SHA256, events, "sha256"),
            _whole(events, "count"),
            _whole(events, "last_sequence"),
        ),
        notebooks=notebooks,
    )


def _checked(pattern: re.Pattern[str], fields: Any, key: str) -> str:
    value = fields[key]
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise ValueError(repr(key))
    return value


def _whole(fields: Any, key: str) -> int:
    value = fields[key]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise ValueError(repr(key))
    return value
