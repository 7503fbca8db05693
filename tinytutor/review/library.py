"""Puts the library of earlier modules where a lesson's run can import it."""

from __future__ import annotations

import re
from pathlib import Path

from tinytutor.curriculum import Course
from tinytutor.review.context import CourseMap
from tinytutor.review.material import CellType

_EXPORT = re.compile(r"^#\s*\|?\s*exports?\s*$", re.MULTILINE)
_LEVELS = 4
"""How far above the reviewed folder the package is looked for."""


def library_folders(
    course_map: CourseMap, course: Course | None, place: int, folder: Path, scratch: Path
) -> tuple[Path, ...]:
    """Folders to import from for the lesson at `place`: what earlier lessons export, no more.

    With a course file it is the reference library, restricted to earlier modules. Without one it is
    the repository's own package where it has one, else what the exported cells give.
    """
    if not course_map.library:
        return ()
    home = scratch / f"library-{place}"
    if course is None and (found := _package_above(folder, course_map.library)) is not None:
        return (found,)
    _write_exports(course_map, place, home)
    return (home,)


def _package_above(folder: Path, library: str) -> Path | None:
    for parent in (folder, *folder.parents[:_LEVELS]):
        if (parent / library / "__init__.py").is_file():
            return parent
    return None


def _write_exports(course_map: CourseMap, place: int, home: Path) -> None:
    """The exported cells of the lessons before `place`, as a package."""
    home.mkdir(parents=True, exist_ok=True)
    for lesson in course_map.lessons[:place]:
        if not lesson.export_name:
            continue
        path = home.joinpath(course_map.library, *lesson.export_name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = lesson.material.lines
        parts = [
            "\n".join(lines[cell.line - 1 : cell.end])
            for cell in lesson.material.of_type(CellType.CODE)
            if _EXPORT.search(cell.source)
        ]
        path.write_text("\n\n".join(parts) + "\n", "utf-8")
        for package in path.relative_to(home).parents:
            if package != Path():
                (home / package / "__init__.py").touch()
