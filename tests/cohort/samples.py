"""Bundles made by hand, honest and otherwise."""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.progress.samples import course_of
from tinytutor.cohort.bundles.writing import bundle_contents, write_bundle
from tinytutor.curriculum import Course
from tinytutor.progress.event_json import to_line
from tinytutor.progress.events import Event

COURSE = course_of({1: (), 2: (1,), 3: (2,), 4: (3,)})
NOTEBOOK = json.dumps(
    {
        "cells": [
            {
                "cell_type": "code",
                "id": "a",
                "metadata": {"kept": 1},
                "source": ["x = 1"],
                "outputs": [{"text": "secret"}],
                "execution_count": 7,
            }
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)


def honest_bundle(
    path: Path,
    events: Sequence[Event],
    *,
    student: str = "ada",
    course: Course = COURSE,
    notebooks: Mapping[str, str] | None = None,
    with_texts: bool = False,
) -> Path:
    """A bundle as `submit` makes it."""
    papers = {"01_m1": NOTEBOOK} if notebooks is None else notebooks
    contents = bundle_contents(course, events, papers, student=student, with_texts=with_texts)
    write_bundle(path, contents)
    return path


def handmade_bundle(
    path: Path,
    lines: bytes,
    *,
    student: str = "mallory",
    notebooks: Mapping[str, bytes] | None = None,
    about: Mapping[str, Any] | None = None,
    more: Sequence[tuple[str | zipfile.ZipInfo, bytes]] = (),
    packed: bytes | None = None,
) -> Path:
    """A bundle of any content with hashes that are right, changed by `about`."""
    events = gzip.compress(lines, mtime=0) if packed is None else packed
    papers = dict(notebooks or {})
    manifest: dict[str, Any] = {
        "format": "tinytutor-bundle",
        "schema_version": 1,
        "course": "c",
        "course_version": "1",
        "tinytutor_version": "0.1.0",
        "student": student,
        "workspace": "w1",
        "as_of": "2026-11-22T09:00:00.000Z",
        "has_texts": False,
        "events": {"sha256": sha256(events), "count": 1, "last_sequence": 1},
        "notebooks": [{"module": name, "sha256": sha256(text)} for name, text in papers.items()],
        **(about or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("manifest.json", json.dumps(manifest))
        bundle.writestr("events.jsonl.gz", events)
        for name, text in papers.items():
            bundle.writestr(f"notebooks/{name}.ipynb", text)
        for entry, content in more:
            bundle.writestr(entry, content)
    return path


def as_lines(events: Sequence[Event]) -> bytes:
    return "".join(f"{to_line(event)}\n" for event in events).encode()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
