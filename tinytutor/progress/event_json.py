"""Events as JSON, both ways. What this version doesn't know is kept as it came, never dropped.

An event is an object with `kind`, `schema_version`, the envelope (`event_id`, `sequence`, `at`,
`boot_seconds`, `session`, `module_id`, `exercise_id`) and `data`, the fields of its kind.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import Any

from tinytutor.progress.clock import utc_seconds
from tinytutor.progress.events import KINDS, ActivitySource, Event, Opaque, What
from tinytutor.progress.outcomes import Scope, TestOutcome, TestStatus

_KEYS = frozenset(
    {
        "kind",
        "schema_version",
        "event_id",
        "sequence",
        "at",
        "boot_seconds",
        "session",
        "module_id",
        "exercise_id",
        "data",
    }
)


class EventError(ValueError):
    """Something that is no event at all: its envelope can't be read."""


class _UnknownFieldError(Exception):
    """A field that a newer version must have written."""


def to_line(event: Event) -> str:
    """The event as one line of JSON in ASCII, without the line end."""
    return json.dumps(encode(event), separators=(",", ":"), allow_nan=False)


def from_line(line: str | bytes, *, sequence: int | None = None) -> Event:
    """The event of a line, numbered `sequence` if given. Raises EventError for what is none."""
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise EventError(f"not JSON: {problem}") from None
    if sequence is not None and isinstance(raw, dict):
        raw["sequence"] = sequence
    return decode(raw)


def encode(event: Event) -> dict[str, object]:
    """The event as a JSON object. An opaque event comes out as it came in."""
    what = event.what
    if isinstance(what, Opaque):
        return {**what.raw, "sequence": event.sequence}
    return {
        "kind": what.kind,
        "schema_version": what.schema_version,
        "event_id": event.event_id,
        "sequence": event.sequence,
        "at": event.at,
        "boot_seconds": event.boot_seconds,
        "session": event.session,
        "module_id": event.module_id,
        "exercise_id": event.exercise_id,
        "data": _plain(what),
    }


def decode(raw: object) -> Event:
    """The event of a JSON object.

    An unknown kind, an unknown field or a higher schema version gives an `Opaque` event; so does
    data that breaks its schema, with the `problem` named. Raises EventError where the envelope is
    broken.
    """
    if not isinstance(raw, dict):
        raise EventError("an event must be a JSON object")
    try:
        at = _text(raw.get("at"))
        utc_seconds(at)
        return Event(
            what=_what(raw),
            module_id=_optional_text(raw.get("module_id")),
            exercise_id=_optional_text(raw.get("exercise_id")),
            event_id=_filled_text(raw.get("event_id")),
            at=at,
            boot_seconds=_number(raw.get("boot_seconds")),
            session=_filled_text(raw.get("session")),
            sequence=_whole(raw.get("sequence", 0)),
        )
    except ValueError as problem:
        raise EventError(f"not an event: {problem}") from None


def _what(raw: dict[str, object]) -> What:
    kind, version = _filled_text(raw.get("kind")), _whole(raw.get("schema_version"))
    known = KINDS.get(kind)
    if known is None or version > known.schema_version or not _KEYS.issuperset(raw):
        return Opaque(kind, version, raw)
    try:
        what: What = _build(known, raw.get("data"))
    except _UnknownFieldError:
        return Opaque(kind, version, raw)
    except ValueError as problem:
        return Opaque(kind, version, raw, f"{kind}: {problem}")
    return what


def _build(cls: type[Any], data: object) -> Any:
    """An instance from the JSON object `data`, each field checked. Raises ValueError."""
    if not isinstance(data, dict):
        raise ValueError("`data` must be an object")
    plan = _PLANS[cls]
    if any(name not in plan for name in data):
        raise _UnknownFieldError
    values = {}
    for name, (convert, required) in plan.items():
        if name in data:
            try:
                values[name] = convert(data[name])
            except ValueError as problem:
                raise ValueError(f"`{name}`: {problem}") from None
        elif required:
            raise ValueError(f"`{name}` is missing")
    return cls(**values)


def _plain(value: Any) -> dict[str, object]:
    plain: dict[str, object] = {}
    for name in _PLANS[type(value)]:
        item = getattr(value, name)
        plain[name] = [_plain(each) for each in item] if isinstance(item, tuple) else item
    return plain


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected a text, got {value!r:.80}")
    return value


def _filled_text(value: object) -> str:
    if not _text(value):
        raise ValueError("expected a text, got an empty one")
    return str(value)


def _optional_text(value: object) -> str | None:
    return None if value is None else _filled_text(value)


def _number(value: object) -> float:
    # JSON's true and false are ints in Python; its whole numbers may be too large for a float.
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300:
        return float(value)
    raise ValueError(f"expected a number, got {value!r:.80}")


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise ValueError(f"expected a whole number from 0, got {value!r:.80}")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, got {value!r:.80}")
    return value


def _outcomes(value: object) -> tuple[TestOutcome, ...]:
    if not isinstance(value, list):
        raise ValueError(f"expected a list, got {value!r:.80}")
    return tuple(_build(TestOutcome, item) for item in value)


_CONVERTERS: dict[str, Callable[[object], object]] = {
    "str": _text,
    "int": _whole,
    "float": _number,
    "bool": _truth,
    "ActivitySource": lambda value: ActivitySource(_text(value)),
    "Scope": lambda value: Scope(_text(value)),
    "TestStatus": lambda value: TestStatus(_text(value)),
    "tuple[TestOutcome, ...]": _outcomes,
}
"""By the annotation of a field: checks a JSON value and makes the field's value of it."""

_PLANS: dict[type[Any], dict[str, tuple[Callable[[object], object], bool]]] = {
    cls: {
        field.name: (_CONVERTERS[str(field.type)], field.default is MISSING)
        for field in fields(cls)
    }
    for cls in (TestOutcome, *KINDS.values())
}
"""Class → field name → how its JSON value is checked, and whether it must be there."""
