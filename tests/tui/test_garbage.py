"""A look for garbage waits for a pause; garbage goes all the same."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from tinytutor.tui import garbage
from tinytutor.tui.garbage import QuietCollector


class Ring:
    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def collector() -> Iterator[QuietCollector]:
    before = gc.get_threshold()
    collector = QuietCollector()
    collector.begin()
    yield collector
    gc.set_threshold(*before)
    gc.unfreeze()


def litter() -> weakref.ref[Ring]:
    """Old garbage, which only a look at everything finds."""
    ring = Ring()
    found = weakref.ref(ring)
    gc.collect(1)
    gc.collect(1)
    del ring
    for _ in range(garbage._ENOUGH):
        gc.collect(1)
    return found


def test_it_waits_for_a_pause(collector: QuietCollector, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = litter()
    collector.heard()
    collector.tick()
    assert ring() is not None, "somebody types"
    monkeypatch.setattr(garbage, "QUIET_SECONDS", 0)
    collector.tick()
    assert ring() is None


def test_not_for_ever(collector: QuietCollector, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = litter()
    monkeypatch.setattr(garbage, "_TOO_MANY", garbage._ENOUGH)
    collector.heard()
    collector.tick()
    assert ring() is None
