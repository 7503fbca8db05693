"""A good course file, and what the loader says of a bad one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tinytutor.curriculum.loader import CourseError, load_course

GOOD = """\
course: tiny
title: A tiny course
version: "1"
library: tinylib
limits:
  cell_seconds: 5
branches:
  - id: main
    title: Main
modules:
  - id: 02_second
    title: Second
    goal: >
      A sentence
      on two lines.
    difficulty: 5
    hours: 2.5
    branch: main
    requires:
      01_first: "it is used"
    limits:
      memory_mib: 4096
  - id: 01_first
    title: First
    goal: A goal.
    difficulty: 1
    hours: 1
    branch: main
    requires: {}
milestones:
  - id: first_light
    title: First light
    requires: [01_first, 02_second]
    gate: it shines
"""


def write(folder: Path, text: str | bytes) -> Path:
    """A course folder with this course file, and the lessons and programs that GOOD names."""
    for name in ("modules/01_first/first.py", "modules/02_second/second.py"):
        path = folder / name
        path.parent.mkdir(parents=True)
        path.touch()
    (folder / "curriculum" / "milestones").mkdir(parents=True)
    (folder / "curriculum" / "milestones" / "first_light.py").touch()
    raw = text if isinstance(text, bytes) else text.encode()
    (folder / "curriculum" / "course.yaml").write_bytes(raw)
    return folder


def problems(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(CourseError) as caught:
        load_course(write(folder, text))
    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]
    return [str(problem) for problem in caught.value.problems]
