"""How slow this machine is: measured once, bounded, and by hand where someone says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.running.conftest import finished
from tinytutor.running import calibration
from tinytutor.running.calibration import AUTHOR_SECONDS, OVERRIDE
from tinytutor.running.events import CellStatus, Job, RunCell
from tinytutor.running.runner import Runner


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(OVERRIDE, raising=False)
    monkeypatch.setattr(calibration, "_place", lambda: tmp_path / "machine.json")
    return tmp_path / "machine.json"


@pytest.mark.parametrize(("times", "factor"), [(0.2, 1.0), (1.0, 1.0), (3.0, 3.0), (99.0, 8.0)])
def test_it_is_bounded_and_remembered(
    cache: Path, monkeypatch: pytest.MonkeyPatch, times: float, factor: float
) -> None:
    monkeypatch.setattr(calibration, "_measured", lambda: times * AUTHOR_SECONDS)
    assert calibration.slowness.__wrapped__() == pytest.approx(factor)
    assert json.loads(cache.read_text())["seconds"] == pytest.approx(times * AUTHOR_SECONDS)
    monkeypatch.setattr(calibration, "_measured", lambda: 1 / 0)
    assert calibration.slowness.__wrapped__() == pytest.approx(factor), "not measured again"


@pytest.mark.parametrize("kept", ["", "[]", '{"machine": ["another"], "seconds": 9}', "{}"])
def test_what_was_remembered_of_another_machine_does_not_count(
    cache: Path, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    cache.write_text(kept)
    monkeypatch.setattr(calibration, "_measured", lambda: 2 * AUTHOR_SECONDS)
    assert calibration.slowness.__wrapped__() == pytest.approx(2)


def test_the_work_is_the_same_each_time() -> None:
    assert calibration._work() == calibration._work()
    assert 0 < calibration._measured() < 10


async def test_a_slow_machine_gets_more_time_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(OVERRIDE, "4")
    runner = Runner(tmp_path)
    cells = (RunCell("c0", "import time; time.sleep(2)", 1), RunCell("c1", "while True: pass", 0.5))
    events = [event async for event in runner.run(Job(cells, 60, 2048, 1000))]
    await runner.close()
    ended = finished(events)
    assert ended["c0"].status is CellStatus.OK
    error = ended["c1"].error
    assert error is not None
    assert "after 2 s" in error.message
    assert "4.0 times slower" in error.message
