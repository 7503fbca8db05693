"""A synthetic cohort with all the mess that real ones have, made once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cohort.samples import COURSE
from tinytutor.cohort.records.inbox import Inbox, find_bundles, look_at
from tinytutor.cohort.synthetic import Plan, write_cohort
from tinytutor.curriculum import Course

TESTS = {
    module.id: [(f"{module.name}_{n}", f"test_{module.name}_{n}") for n in range(2 + module.number)]
    for module in COURSE.modules
}
"""Exercises and tests of the invented course: three to six a module."""


@dataclass(frozen=True)
class Made:
    """A cohort on disk."""

    folder: Path
    inbox: Inbox
    course: Course = COURSE


def make_bundles(folder: Path, plan: Plan) -> Inbox:
    write_cohort(folder, COURSE, TESTS, plan)
    return look_at(find_bundles([folder]), COURSE)


@pytest.fixture(scope="session")
def messy_inbox(tmp_path_factory: pytest.TempPathFactory) -> Inbox:
    folder = tmp_path_factory.mktemp("messy")
    return make_bundles(folder, Plan(60, seed=3, hours_scale=0.25))


@pytest.fixture(scope="session")
def messy(messy_inbox: Inbox, tmp_path_factory: pytest.TempPathFactory) -> Made:
    pytest.importorskip("duckdb")
    from tinytutor.cohort.records.ingest import ingest

    folder = tmp_path_factory.mktemp("cohorts") / "messy"
    ingest(messy_inbox, COURSE, folder)
    return Made(folder, messy_inbox)
