"""Builds courses to be reviewed from fixtures: texts that hold several files."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from tests.courses import TINY_MODULES, TinyModule, build_course
from tinytutor.review.reviewing import CourseReview, Options, review_course

FIXTURES = Path(__file__).parent / "fixtures"
HERE = Options(run=False)


def review(folder: Path, *names: str, run: bool = False) -> CourseReview:
    """A review as the command makes it; what runs, runs as our own."""
    return review_course(folder, names, Options(run=run, sandbox=False))


def write_course(folder: Path, code: str, which: str) -> bool:
    """Writes the `good` or `bad` files of a rule's fixture; returns whether they are to be run.

    A file `=== bad course` lists modules with their prerequisites: it becomes a course with a
    course file, into whose lessons the other texts are put.
    """
    text = (FIXTURES / f"{code}.txt").read_text("utf-8")
    parts = re.split(r"^=== (?:(good|bad) )?(\S+)\n", text, flags=re.MULTILINE)[1:]
    files = {
        name: body
        for kind, name, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
        if kind == which
    }
    if "course" in files:
        _write_with_course_file(folder, files)
    else:
        for name, body in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, "utf-8")
    return text.startswith("=== run\n")


def _write_with_course_file(folder: Path, files: dict[str, str]) -> None:
    known = {module.id: module for module in TINY_MODULES}
    modules: list[TinyModule] = []
    for line in files["course"].splitlines():
        module_id, _, requires = line.partition(":")
        module = replace(known[module_id], requires=tuple(requires.split()), given="")
        modules.append(module)
    build_course(folder, modules)
    for module in modules:
        prose, *code = files.get(module.id, "").splitlines() or [""]
        path = folder / "modules" / module.id / f"{module.name}.py"
        lesson = path.read_text("utf-8")
        lesson = lesson.replace("from nothing.\n", f"from nothing.\n\n{prose}\n")
        lesson = lesson.replace("import math\n", "\n".join(["import math", *code, ""]))
        path.write_text(lesson, "utf-8")
