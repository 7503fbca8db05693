"""Words of a student leave the machine by choice alone, whatever kind of event holds them."""

from __future__ import annotations

import pytest

from tinytutor.cohort.bundles.scrubbing import scrubbed
from tinytutor.progress.events import ConfusionReported, Event, PredictionMade

WORDS = "I think /home/ada knows it"


@pytest.mark.parametrize(
    "what", [ConfusionReported("create", WORDS), PredictionMade("cell", WORDS)]
)
def test_words_stay_unless_chosen(what: ConfusionReported | PredictionMade) -> None:
    event = Event(what, module_id="02_tensor")
    kept = scrubbed(event, with_texts=False)
    assert kept is not None
    assert kept.what.text == ""  # type: ignore[union-attr]
    given = scrubbed(event, with_texts=True)
    assert given is not None
    assert given.what.text == "I think ~ knows it"  # type: ignore[union-attr]
