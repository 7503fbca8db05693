from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinytutor.progress.clock import boot_seconds, utc_now, utc_seconds
from tinytutor.progress.event_json import EventError, decode, encode, from_line, to_line
from tinytutor.progress.events import (
    KINDS,
    Activity,
    ActivitySource,
    ConfusionReported,
    Event,
    HintShown,
    ModuleStarted,
    Opaque,
)
from tinytutor.progress.outcomes import MESSAGE_LIMIT, Scope, TestOutcome, TestStatus

TEXTS = st.text(max_size=20)
NUMBERS = st.floats(0, 1e6)
OUTCOMES = st.builds(
    TestOutcome, TEXTS, TEXTS, st.sampled_from(TestStatus), NUMBERS, TEXTS, TEXTS, TEXTS, NUMBERS
)
VALUES = {
    "str": TEXTS,
    "int": st.integers(0, 99),
    "float": NUMBERS,
    "bool": st.booleans(),
    "ActivitySource": st.sampled_from(ActivitySource),
    "Scope": st.sampled_from(Scope),
    "tuple[TestOutcome, ...]": st.lists(OUTCOMES, max_size=3).map(tuple),
}
WHATS = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.builds(
        KINDS[kind], **{field.name: VALUES[str(field.type)] for field in fields(KINDS[kind])}
    )
)
EVENTS = st.builds(
    Event,
    what=WHATS,
    module_id=st.none() | st.just("02_tensor"),
    exercise_id=st.none() | st.just("create"),
    boot_seconds=NUMBERS,
    sequence=st.integers(0, 10**6),
)


@given(EVENTS)
def test_every_kind_survives_the_way_through_json(event: Event) -> None:
    line = to_line(event)
    assert line.isascii()
    assert "\n" not in line
    assert from_line(line) == event


def sample() -> dict[str, object]:
    return encode(Event(HintShown(step=2), "02_tensor", "create"))


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "telepathy_used"},
        {"schema_version": 2},
        {"device": "tablet"},
        {"data": {"step": 2, "voice": "calm"}},
    ],
)
def test_what_a_newer_version_wrote_is_kept_as_it_came(change: dict[str, object]) -> None:
    raw = sample() | change
    event = decode(raw)
    assert isinstance(event.what, Opaque)
    assert event.what.problem == ""
    assert event.module_id == "02_tensor"
    assert encode(event) == raw
    assert encode(replace(event, sequence=9)) == raw | {"sequence": 9}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"step": "two"}, "hint_shown: `step`: expected a whole number from 0, got 'two'"),
        ({"step": -1}, "hint_shown: `step`: expected a whole number from 0, got -1"),
        ({"step": True}, "hint_shown: `step`: expected a whole number from 0, got True"),
        ({}, "hint_shown: `step` is missing"),
        ([2], "hint_shown: `data` must be an object"),
    ],
)
def test_data_that_breaks_its_schema_is_kept_with_the_problem_named(
    data: object, problem: str
) -> None:
    raw = sample() | {"data": data}
    event = decode(raw)
    assert isinstance(event.what, Opaque)
    assert event.what.problem == problem
    assert encode(event) == raw


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"seconds": "1", "source": "input"}, "`seconds`"),
        ({"seconds": 10**400, "source": "input"}, "`seconds`"),
        ({"seconds": 1, "source": "telepathy"}, "`source`"),
    ],
)
def test_numbers_and_choices_are_checked(data: object, words: str) -> None:
    raw = encode(Event(Activity(1.0, ActivitySource.INPUT))) | {"data": data}
    event = decode(raw)
    assert isinstance(event.what, Opaque)
    assert words in event.what.problem


def test_a_field_with_a_default_may_be_missing() -> None:
    raw = encode(Event(ConfusionReported(place="intro"))) | {"data": {}}
    assert decode(raw).what == ConfusionReported()


@pytest.mark.parametrize(
    "change",
    [
        {"event_id": ""},
        {"event_id": 7},
        {"at": "yesterday"},
        {"at": "2026-11-22T21:47:23.867"},
        {"boot_seconds": float("nan")},
        {"session": None},
        {"sequence": -1},
        {"module_id": 2},
        {"kind": None},
        {"schema_version": "1"},
    ],
)
def test_a_broken_envelope_is_no_event(change: dict[str, object]) -> None:
    with pytest.raises(EventError):
        decode(sample() | change)


@pytest.mark.parametrize("line", ["", "{", "[]", "7", "null", "[" * 100_000, b"\xff"])
def test_what_is_not_json_or_no_object_is_no_event(line: str | bytes) -> None:
    with pytest.raises(EventError):
        from_line(line)


def test_long_texts_are_cut_with_a_mark() -> None:
    outcome = TestOutcome("t", "e", TestStatus.FAILED, message="x" * 10_000)
    assert len(outcome.message) == MESSAGE_LIMIT
    assert outcome.message.endswith("…")
    assert ConfusionReported(text="y" * MESSAGE_LIMIT).text == "y" * MESSAGE_LIMIT


def test_values_that_json_lacks_are_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_line(Event(Activity(float("nan"), ActivitySource.RUN)))


def test_an_event_made_without_a_time_happens_now() -> None:
    before = utc_now()
    first, second = Event(ModuleStarted()), Event(ModuleStarted())
    assert before <= first.at <= utc_now()
    assert first.event_id != second.event_id
    assert first.session == second.session
    assert first.boot_seconds <= second.boot_seconds <= boot_seconds()


def test_times_are_utc_with_milliseconds() -> None:
    assert utc_seconds("1970-01-01T00:01:00.500Z") == 60.5
    assert json.loads(to_line(Event(ModuleStarted())))["at"][-5] == "."
