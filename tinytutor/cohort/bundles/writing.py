"""Makes a bundle: whole or not at all, and the same bytes for the same state of a workspace."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tinytutor import __version__
from tinytutor.cohort.bundles.manifest import (
    EVENTS_NAME,
    MANIFEST_NAME,
    EventsEntry,
    Manifest,
    NotebookEntry,
    to_json,
)
from tinytutor.cohort.bundles.scrubbing import scrubbed
from tinytutor.curriculum import Course
from tinytutor.files import write_whole_bytes
from tinytutor.progress.event_json import to_line
from tinytutor.progress.events import Event

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the zip: the clock of the student's machine is nobody's business."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a bundle, ready to be written."""

    manifest: Manifest
    files: Mapping[str, bytes]
    """Name in the zip → content, the manifest first."""
    left_out: int = 0
    """Events that this version can't read and that therefore stay at home."""


def bundle_contents(
    course: Course,
    events: Iterable[Event],
    notebooks: Mapping[str, str],
    *,
    student: str,
    with_texts: bool,
) -> Contents:
    """What a student hands in.

    Args:
        course: what it was done for.
        events: all events of the workspace, in order.
        notebooks: module id → the notebook's text; one that is no JSON is handed in as it is.
        student: id or pseudonym.
        with_texts: the student's choice, see `scrubbing`.
    """
    recorded = list(events)
    kept = [event for each in recorded if (event := scrubbed(each, with_texts=with_texts))]
    papers = {
        module_id: without_outputs(text).encode("utf-8", "surrogatepass")
        for module_id, text in notebooks.items()
    }
    origin = Origin(
        student=student,
        workspace=recorded[0].event_id if recorded else "0",
        as_of=recorded[-1].at if recorded else "1970-01-01T00:00:00.000Z",
        has_texts=with_texts,
    )
    last = max((event.sequence for event in kept), default=0)
    contents = contents_of(course, origin, [to_line(event) for event in kept], last, papers)
    return replace(contents, left_out=len(recorded) - len(kept))


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose bundle it is; the fields are those of `Manifest`."""

    student: str
    workspace: str
    as_of: str
    has_texts: bool


def contents_of(
    course: Course,
    origin: Origin,
    lines: Sequence[str],
    last_sequence: int,
    notebooks: Mapping[str, bytes],
) -> Contents:
    """The files of a bundle with their manifest, from events as lines of JSON in ASCII."""
    # mtime=0: the same events give the same bytes.
    packed = gzip.compress("".join(f"{line}\n" for line in lines).encode("ascii"), mtime=0)
    papers = {f"notebooks/{name}.ipynb": notebooks[name] for name in sorted(notebooks)}
    manifest = Manifest(
        course=course.id,
        course_version=course.version,
        tinytutor_version=__version__,
        student=origin.student,
        workspace=origin.workspace,
        as_of=origin.as_of,
        has_texts=origin.has_texts,
        events=EventsEntry(_sha256(packed), len(lines), last_sequence),
        notebooks=tuple(
            NotebookEntry(name, _sha256(notebooks[name])) for name in sorted(notebooks)
        ),
    )
    files = {MANIFEST_NAME: to_json(manifest).encode("utf-8"), EVENTS_NAME: packed, **papers}
    return Contents(manifest, files)


def write_bundle(path: Path, contents: Contents) -> None:
    """Writes the zip beside its place, then puts it there: a crash leaves the old or the new.

    Raises OSError.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        for name, content in contents.files.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            is_packed = name.endswith(".gz")
            entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            bundle.writestr(entry, content)
    write_whole_bytes(path, packed.getvalue())


def bundle_file_name(course: Course, student: str) -> str:
    """The name under which a student's bundle is known: a later one takes the earlier's place."""
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", student).strip("-.") or "student"
    return f"{course.id}-{slug}.zip"


def without_outputs(text: str) -> str:
    """The notebook without what its cells printed: who grades runs it again, and it is private."""
    try:
        notebook: Any = json.loads(text)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
    except (ValueError, RecursionError, KeyError, TypeError):
        return text
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
