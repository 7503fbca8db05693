from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the writers are forked")
def test_no_kill_costs_a_confirmed_event_or_leaves_half_an_append(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.progress.killing", str(tmp_path), "240"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] >= 240
    assert found["confirmed"] > 100, "the writers hardly wrote: the kills proved little"
    assert (found["missing"], found["halves"], found["unsound"]) == (0, 0, 0)
