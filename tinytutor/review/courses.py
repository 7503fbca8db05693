"""Finds the lessons of a course in any folder, and the order in which they are taught."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tinytutor.curriculum import Course, Module
from tinytutor.curriculum.loader import load_course
from tinytutor.review.context import CourseMap, Lesson, Statement
from tinytutor.review.dialects import looks_like_lesson
from tinytutor.review.material import Material
from tinytutor.review.reading import read_material

_SKIPPED = {
    "tests", "test", "__pycache__", "node_modules", "site-packages", "build", "dist", "venv", "env",
    "images", "figures", "img", "data", "datasets", "mistakes", "solutions_backup", "_build",
}  # fmt: skip
_NOT_LESSONS = re.compile(
    r"^(setup|conftest|noxfile|manage|utils?|helpers?|_.*|__init__)$", re.IGNORECASE
)
"""Scripts that are none, unless they are written as one."""
_TESTS = re.compile(r"^tests?_|_tests?$", re.IGNORECASE)
_DRAFT = re.compile(
    r"[_-](old|backup|bak|copy|orig|deprecated|archived?|checkpoint|fixed|clean|enhanced(_v\d+)?|"
    r"streamlined|restructured|solutions?|v\d+)$",
    re.IGNORECASE,
)
_BESIDE = ("README.md", "readme.md", "README.rst", "module.yaml", "module.yml", "metadata.yaml")
_NESTS = (
    "modules", "source", "src", "lessons", "notebooks", "nbs", "chapters", "assignments",
    "assignment", "labs", "weeks", "content", "homework", "homeworks", "exercises", "course",
)  # fmt: skip
_DEEPEST = 4
_MOST_BESIDE = 200_000


class NoLessonsError(ValueError):
    """A folder or file in which no lesson can be found."""


def course_of(folder: Path) -> Course | None:
    """The course file's course, None where there is no course file. Raises CourseError."""
    return load_course(folder) if (folder / "curriculum" / "course.yaml").is_file() else None


def read_course(folder: Path) -> tuple[CourseMap, Course | None]:
    """All lessons of `folder`, in order. Raises CourseError, NoLessonsError, OSError."""
    course = course_of(folder) if folder.is_dir() else None
    if course is not None:
        lessons = [_stated_lesson(course, module, folder) for module in course.modules]
        return CourseMap(tuple(lessons), course.library), course
    paths = list(_unique_ids(lesson_paths(folder), folder))
    if not paths:
        raise NoLessonsError(
            f"{folder}: no lesson found. A lesson is an .ipynb, or a .py with cell markers "
            "(`# %%`, `# In[1]:`), main block or tests; name its file or the folder that holds it."
        )
    base = folder if folder.is_dir() else folder.parent
    lessons = [_lesson(module_id, path, base) for module_id, path in paths]
    return CourseMap(tuple(lessons), _library(lessons)), None


def lesson_paths(folder: Path) -> Iterator[Path]:
    """Lesson files below a folder (or the file itself), in the order of their names."""
    if folder.is_file():
        yield folder
        return
    yield from _below(folder, 0)


def natural_order(path: Path) -> list[tuple[int, int, str]]:
    """Sorts `2_x` before `10_x`."""
    parts = re.findall(r"\d+|\D+", path.name.lower())
    return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts]


def _below(folder: Path, depth: int) -> Iterator[Path]:
    own = _chosen(folder)
    inner = [
        entry
        for entry in sorted(folder.iterdir(), key=natural_order)
        if entry.is_dir()
        and not entry.name.startswith(".")
        and entry.name.lower() not in _SKIPPED
        and not (entry / "__init__.py").exists()
        and not (entry / "pyvenv.cfg").exists()
    ]
    if depth == 0 and not own:
        named = [entry for entry in inner if entry.name.lower() in _NESTS]
        found = [path for entry in named for path in _below(entry, 1)]
        if found:
            yield from found
            return
    yield from own
    if depth < _DEEPEST:
        for entry in inner:
            yield from _below(entry, depth + 1)


def _chosen(folder: Path) -> list[Path]:
    """The lessons that lie directly in a folder: each only once, drafts and libraries left out."""
    notebooks, scripts = list(folder.glob("*.ipynb")), list(folder.glob("*.py"))
    scripts = [path for path in scripts if not _TESTS.search(path.stem)]
    strict = bool(notebooks) or len(scripts) > 1
    marked = [path for path in scripts if _is_lesson(path, strict=strict)]
    stems = {path.stem for path in (*notebooks, *marked)}
    # A draft is one of a lesson that is there, too.
    drafts = {stem for stem in stems if _DRAFT.sub("", stem) in stems - {stem}}
    notebooks = [path for path in notebooks if path.stem not in drafts]
    marked = [path for path in marked if path.stem not in drafts]
    by_stem = {path.stem: path for path in notebooks}
    # Of a pair, the text file is what the author writes.
    by_stem.update({path.stem: path for path in marked})
    name = re.sub(r"^\d+[_-]*", "", folder.name).lower()
    for stem in (name, f"{name}_dev"):
        if len(by_stem) > 1 and stem and stem in by_stem:
            return [by_stem[stem]]
    return sorted(by_stem.values(), key=natural_order)


def _is_lesson(path: Path, *, strict: bool) -> bool:
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError:
        return False
    if looks_like_lesson(text):
        return True
    if strict or _NOT_LESSONS.match(path.stem):
        return False
    return bool(re.search(r"^def test_|__main__|^\s*assert ", text, re.MULTILINE))


def _unique_ids(paths: Iterator[Path], folder: Path) -> Iterator[tuple[str, Path]]:
    """Each lesson's id: its folder's name where it is alone there, else its path."""
    found = list(paths)
    for path in found:
        alone = sum(other.parent == path.parent for other in found) == 1
        if alone and path.parent != folder and folder.is_dir():
            yield path.parent.name, path
        elif folder.is_dir() and path.parent != folder:
            yield f"{path.parent.name}/{path.stem}", path
        else:
            yield path.stem, path


def _stated_lesson(course: Course, module: Module, folder: Path) -> Lesson:
    requires = tuple(
        (course.module(needed).number, course.module(needed).title)
        for needed in module.required_ids
    )
    return Lesson(
        id=module.id,
        material=read_material(module.lesson_path),
        file=str(module.lesson_path.relative_to(folder)),
        number=module.number,
        beside=_beside(module.folder),
        stated=Statement(module.number, module.title, module.hours, module.difficulty, requires),
    )


def _lesson(module_id: str, path: Path, base: Path) -> Lesson:
    number = re.match(r"\D{0,10}?(\d{1,3})", module_id)
    material: Material = read_material(path)
    return Lesson(
        id=module_id,
        material=material,
        file=str(path.relative_to(base)),
        number=int(number[1]) if number else None,
        beside=_beside(path.parent) if path.parent != base else {},
    )


def _beside(folder: Path) -> dict[str, str]:
    found = {}
    for name in _BESIDE:
        path = folder / name
        if path.is_file() and path.stat().st_size <= _MOST_BESIDE:
            found[name] = path.read_text("utf-8", errors="replace")
    return found


_FRAMEWORKS = {"torch", "tensorflow", "keras", "jax", "numpy", "scipy", "sklearn", "fastai", "flax"}


def _library(lessons: list[Lesson]) -> str:
    """The package that the lessons export to: whose submodules are what they name as exports.

    A lesson alone has its neighbours' names at least: `core.x` is imported beside `core.y`.
    """
    exports = {lesson.export_name for lesson in lessons if lesson.export_name}
    parents = {export.rpartition(".")[0] for export in exports} - {""}
    votes: dict[str, int] = {}
    for lesson in lessons:
        for module in re.findall(r"^\s*from\s+([\w.]+)\s+import", lesson.material.program, re.M):
            root, _, rest = module.partition(".")
            near = rest.rpartition(".")[0] in parents and root not in _FRAMEWORKS
            votes[root] = votes.get(root, 0) + (10 if rest in exports else near)
    best = max(votes, key=lambda root: votes[root], default="")
    return best if votes.get(best) else ""
