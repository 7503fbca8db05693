"""Builds the reference library: what a student's library is when every solution is the author's."""

from __future__ import annotations

from pathlib import Path

from tinytutor.curriculum import Course
from tinytutor.notebooks.library import library_source, reference_solutions
from tinytutor.notebooks.reading import read_lesson


def build_reference_library(course: Course, folder: Path) -> list[Path]:
    """Writes `folder/LIBRARY/*.py` from all lessons of the course; returns the files."""
    package = folder / course.library
    package.mkdir(parents=True, exist_ok=True)
    written = [package / "__init__.py"]
    written[0].write_text(f'"""{course.title}: the reference library."""\n', "utf-8")
    for module in course.modules:
        lesson = read_lesson(module)
        path = package / f"{lesson.export_name}.py"
        path.write_text(library_source(lesson, reference_solutions(lesson)), "utf-8")
        written.append(path)
    return written
