"""Milestones reach their gates with the reference library; if thorough, all on three seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import THOROUGH
from tests.modules.conftest import COURSE
from tinytutor.curriculum import Milestone
from tinytutor.running.events import CellOutput
from tinytutor.running.runner import Runner
from tinytutor.tutor.milestones import judge_milestone, milestone_job

MILESTONES = [m for m in COURSE.milestones if THOROUGH or m.id != "tales_in_pieces"]
"""`tales` trains the same model in the same way, in half a minute as well."""


@pytest.mark.parametrize("seed", [0, 1, 2] if THOROUGH else [0])
@pytest.mark.parametrize("milestone", MILESTONES, ids=lambda milestone: milestone.id)
async def test_the_reference_reaches_the_gate(
    milestone: Milestone, seed: int, reference_folder: Path
) -> None:
    runner = Runner(reference_folder)
    try:
        events = [event async for event in runner.run(milestone_job(milestone, seed))]
    finally:
        await runner.close()
    result = judge_milestone(milestone, seed, events)
    assert result.reached, result.message
    assert result.figures
    lines = "".join(e.data for e in events if isinstance(e, CellOutput)).splitlines()
    shown = [line for line in lines if not line.startswith("{")]
    assert shown
    assert all(len(line) <= 80 for line in shown)
