"""The course's lessons as they are needed: parsed once, their test hashes known without."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from tinytutor.curriculum import Course
from tinytutor.files import sha256, write_whole
from tinytutor.notebooks.lesson import Lesson


class Lessons:
    """Reads lessons; safe to share between threads."""

    def __init__(self, course: Course, cache_path: Path):
        self._course = course
        self._cache_path = cache_path
        self._lessons: dict[str, Lesson] = {}
        self._hashes: dict[str, str] | None = None
        self._lock = threading.Lock()

    def lesson(self, module_id: str) -> Lesson:
        """The lesson of a module; 0.3 s the first time. Raises LessonError, OSError."""
        with self._lock:
            if module_id not in self._lessons:
                # 100 ms of notebook libraries, not needed by the map
                from tinytutor.notebooks.reading import read_lesson  # noqa: PLC0415

                self._lessons[module_id] = read_lesson(self._course.module(module_id))
            return self._lessons[module_id]

    def tests_sha256(self, module_id: str) -> str:
        """`Lesson.tests_sha256` of the lesson as it is now, from the cache where that knows it.

        The map asks this for every passed module: parsing each lesson would cost 0.1 s apiece.
        """
        text_sha256 = sha256(self._course.module(module_id).lesson_path.read_text("utf-8"))
        hashes = self._cached_hashes()
        if text_sha256 not in hashes:
            hashes[text_sha256] = self.lesson(module_id).tests_sha256
            write_whole(self._cache_path, json.dumps(hashes, indent=1) + "\n")
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
