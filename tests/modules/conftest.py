"""The bundled course, and the reference library built from it once per test process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tinytutor.authoring.reference import build_reference_library
from tinytutor.curriculum import Course
from tinytutor.curriculum.loader import bundled_course_folder, load_course

COURSE = load_course(bundled_course_folder())
MODULE_IDS = [module.id for module in COURSE.modules]


@pytest.fixture(scope="session")
def course() -> Course:
    return COURSE


@pytest.fixture(scope="session")
def reference_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose `tinytorch` is the reference library."""
    folder = tmp_path_factory.mktemp("reference")
    build_reference_library(COURSE, folder)
    return folder
