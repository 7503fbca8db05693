"""The course's lessons as they are needed: parsed once, their test hashes known without."""

from __future__ import annotations

import contextlib
import json
import threading
from pathlib import Path

from tinytutor import __version__
from tinytutor.curriculum import Course
from tinytutor.files import sha256, write_whole
from tinytutor.notebooks.lesson import Lesson
from tinytutor.notebooks.reading import RawCell, parse_lesson, split_cells


class Lessons:
    """Reads lessons; safe to share between threads."""

    def __init__(self, course: Course, cache_folder: Path):
        self._course = course
        self._cache_folder = cache_folder
        self._cache_path = cache_folder / "tests.json"
        self._lessons: dict[str, Lesson] = {}
        self._hashes: dict[str, str] | None = None
        self._lock = threading.Lock()

    def lesson(self, module_id: str) -> Lesson:
        """The lesson of a module; 0.3 s the first time. Raises LessonError, OSError."""
        with self._lock:
            if module_id not in self._lessons:
                path = self._course.module(module_id).lesson_path
                text = path.read_text("utf-8")
                self._lessons[module_id] = parse_lesson(
                    text, module_id, path, self._raw_cells(module_id, text)
                )
            return self._lessons[module_id]

    def _raw_cells(self, module_id: str, text: str) -> list[RawCell]:
        """The lesson's cells, from the cache where that knows this text."""
        cache = self._cache_folder / f"{module_id}.json"
        key = sha256(f"{__version__}\0{text}")
        try:
            known = json.loads(cache.read_text("utf-8"))
            if known["key"] == key:
                return [RawCell(*fields) for fields in known["cells"]]
        except (OSError, ValueError, KeyError, TypeError):
            pass  # only a cache: whatever is wrong with it, it is made again
        cells = split_cells(text)
        with contextlib.suppress(OSError):
            self._cache_folder.mkdir(exist_ok=True)
            write_whole(cache, json.dumps({"key": key, "cells": cells}) + "\n", synced=False)
        return cells

    def tests_sha256(self, module_id: str) -> str:
        """`Lesson.tests_sha256` of the lesson as it is now, from the cache where that knows it.

        The map asks this for every passed module: parsing each lesson would cost 0.1 s apiece.
        """
        text_sha256 = sha256(self._course.module(module_id).lesson_path.read_text("utf-8"))
        hashes = self._cached_hashes()
        if text_sha256 not in hashes:
            hashes[text_sha256] = self.lesson(module_id).tests_sha256
            self._cache_folder.mkdir(exist_ok=True)
            write_whole(self._cache_path, json.dumps(hashes, indent=1) + "\n", synced=False)
        return hashes[text_sha256]

    def _cached_hashes(self) -> dict[str, str]:
        if self._hashes is None:
            try:
                found = json.loads(self._cache_path.read_text("utf-8"))
                self._hashes = {str(key): str(value) for key, value in found.items()}
            except (OSError, ValueError, AttributeError):
                # Only a cache: whatever is wrong with it, it is made again.
                self._hashes = {}
        return self._hashes
