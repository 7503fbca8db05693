"""A tutor at work in a fresh workspace of the tiny course, with a real worker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.courses import build_course
from tinytutor.curriculum import Course
from tinytutor.curriculum.loader import load_course
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import Workspace, create_workspace


@pytest.fixture
def course_folder(tmp_path: Path) -> Path:
    return build_course(tmp_path / "course")


@pytest.fixture
def course(course_folder: Path) -> Course:
    return load_course(course_folder)


@pytest.fixture
def workspace(tmp_path: Path, course: Course) -> Workspace:
    return create_workspace(tmp_path / "work", course)


@pytest.fixture
async def tutor(workspace: Workspace) -> AsyncIterator[Tutor]:
    tutor = Tutor(workspace)
    yield tutor
    await tutor.close()
