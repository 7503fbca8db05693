"""Which places of the course to mend first, and why. Pure.

Each exercise gets a score per student who ran it: how many stopped there for good, how many failed
at once, how many said that they don't understand, how often it failed. The weights are a judgement,
stated here and in every report; the reasons stand beside each place so that it can be made anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tinytutor.cohort.measures.confusion import ConfusingPlace
from tinytutor.cohort.measures.items import TestItem

WEIGHTS = {"stopped": 5.0, "confused": 2.0, "failed_first": 1.0, "errors": 0.1}
"""A student who stops for good weighs as much as five who fail at once, or fifty failed runs."""
PLACES = 5


@dataclass(frozen=True, slots=True)
class Place:
    """An exercise that costs students more than others do."""

    module_id: str
    exercise_id: str
    score: float
    students: int
    """Who ran it."""
    reasons: tuple[str, ...]
    """The most telling one first."""


def places_to_mend(
    items: Sequence[TestItem], confusing: Sequence[ConfusingPlace], least: int
) -> tuple[Place, ...]:
    """The places with the highest scores, of those that at least `least` students ran."""
    reported = {(place.module_id, place.place): place for place in confusing}
    places = [
        _place(item, reported.get((item.module_id, item.exercise_id)), least)
        for item in items
        if item.students >= least
    ]
    ranked = sorted(places, key=lambda place: (-place.score, place.module_id, place.exercise_id))
    return tuple(place for place in ranked[:PLACES] if place.score > 0)


def _place(item: TestItem, confusing: ConfusingPlace | None, least: int) -> Place:
    failed = item.first_tries.whole - item.first_tries.part
    confused = confusing.students if confusing else 0
    stopped, failing, lost = (
        _said(count, least) for count in (item.stopped_here, failed, confused)
    )
    weighed = [
        (WEIGHTS["stopped"] * item.stopped_here, f"{stopped} stopped here for good"),
        (WEIGHTS["failed_first"] * failed, f"{failing} of {item.first_tries.whole} failed at once"),
        (WEIGHTS["confused"] * confused, f"{lost} said that they don't understand it"),
        (
            WEIGHTS["errors"] * item.errors,
            f"it failed {item.errors} times, {item.errors / item.students:.1f} per student",
        ),
    ]
    reasons = [words for weight, words in sorted(weighed, reverse=True) if weight > 0]
    if item.mistakes:
        mistake, students = item.mistakes[0]
        made_by = _said(students, least)
        reasons.append(f"the commonest mistake, {made_by} students: {mistake}")
    reasons += item.flags
    score = sum(weight for weight, _ in weighed) / item.students
    return Place(item.module_id, item.exercise_id, score, item.students, tuple(reasons))


def _said(count: int, least: int) -> str:
    """A number of students in words that name no small group."""
    return f"fewer than {least}" if 0 < count < least else str(count)
