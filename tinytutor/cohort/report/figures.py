"""Everything that a report tells, gathered once; what may not be shown is None here already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tinytutor.cohort.exports.enrolments import utc_text
from tinytutor.cohort.measures.comparison import ModuleComparison, compare
from tinytutor.cohort.measures.completion import Funnel, TimeToComplete, funnels, times_to_complete
from tinytutor.cohort.measures.confusion import ConfusingPlace, confusing_places
from tinytutor.cohort.measures.effort import Effort, Quartiles, efforts
from tinytutor.cohort.measures.items import TestItem, course_items
from tinytutor.cohort.measures.priorities import Place, places_to_mend
from tinytutor.cohort.records.cohort import DROPPED_DAYS, Cohort
from tinytutor.cohort.records.receipts import Taken
from tinytutor.cohort.statistics.survival import SurvivalCurve
from tinytutor.cohort.statistics.withholding import (
    INSTRUCTOR_LEAST,
    MEDIAN_LEAST,
    PUBLISHED_LEAST,
    withheld,
)


@dataclass(frozen=True, slots=True)
class ModuleFigures:
    """One module; None where the group is too small to be shown."""

    module_id: str
    label: str
    planned_hours: float
    funnel: Funnel | None
    on_the_way: tuple[int | None, int | None]
    """Passed a first test, passed every test once; None where the steps would name a few."""
    ending: tuple[int | None, int | None, int | None]
    """Completed, going on, dropped; parts that would give a small group away are None."""
    curve: SurvivalCurve | None
    """Hours of active time to completion; from `MEDIAN_LEAST` students."""
    effort: Effort | None
    quartiles: tuple[tuple[int, Quartiles], ...]
    """θ in seconds → quartiles of active hours; from `MEDIAN_LEAST` students."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A cohort in figures."""

    name: str
    course: str
    course_title: str
    course_version: str
    as_of: str
    students: int
    finished: int | None
    """Students who completed every module; None where that group is small."""
    events: int
    active_hours: float
    modules: tuple[ModuleFigures, ...]
    items: tuple[TestItem, ...]
    """Tests that enough students ran."""
    confusing: tuple[ConfusingPlace, ...]
    """Places that enough students reported."""
    mend_first: tuple[Place, ...]
    compared_with: str
    """Name of the other cohort; empty without one."""
    comparison: tuple[ModuleComparison, ...]
    bundles: tuple[tuple[str, int], ...]
    """How many were taken whole, partly, refused, as duplicates."""
    gap_seconds: float
    dropped_days: int
    least: int
    """Smaller groups are withheld."""
    is_published: bool


def gather(cohort: Cohort, *, before: Cohort | None = None, published: bool = False) -> Figures:
    """The figures of a cohort, beside those of an earlier one where that is given."""
    least = PUBLISHED_LEAST if published else INSTRUCTOR_LEAST
    funnel, time, effort = funnels(cohort), times_to_complete(cohort), efforts(cohort)
    items = [item for item in course_items(cohort) if item.students >= least]
    confusing = [place for place in confusing_places(cohort) if place.students >= least]
    if published:
        # Whoever wrote the words agreed to their instructor's reading them, not to the world's.
        confusing = [replace(place, words=()) for place in confusing]
    comparison: tuple[ModuleComparison, ...] = ()
    if before is not None:
        earlier = (funnels(before), times_to_complete(before), efforts(before))
        comparison = _large(compare(earlier, (funnel, time, effort)), least)
    ((students, events, hours),) = cohort.rows(
        "SELECT count(*), sum(events), sum(active_seconds) / 3600 FROM students"
    )
    ((finished,),) = cohort.rows(
        "SELECT count(*) FROM (SELECT student FROM enrolments GROUP BY student "
        "HAVING bool_and(completed))"
    )
    receipts = cohort.receipts
    return Figures(
        name=cohort.about.name,
        course=cohort.about.course,
        course_title=cohort.course.title,
        course_version=cohort.about.course_version,
        as_of=utc_text(cohort.as_of()) or "",
        students=students,
        finished=None if 0 < finished < least else finished,
        events=int(events or 0),
        active_hours=float(hours or 0),
        modules=tuple(
            _module(cohort, f, t, e, least, published)
            for f, t, e in zip(funnel, time, effort, strict=True)
        ),
        items=tuple(items),
        confusing=tuple(confusing),
        mend_first=places_to_mend(items, confusing, least),
        compared_with=before.about.name if before is not None else "",
        comparison=comparison,
        bundles=tuple(
            (kind.value, count)
            for kind in Taken
            if (count := sum(receipt.taken is kind for receipt in receipts))
        ),
        gap_seconds=cohort.about.gap_seconds,
        dropped_days=DROPPED_DAYS,
        least=least,
        is_published=published,
    )


def _module(
    cohort: Cohort,
    funnel: Funnel,
    time: TimeToComplete,
    effort: Effort,
    least: int,
    published: bool,
) -> ModuleFigures:
    module = cohort.course.module(funnel.module_id)
    enough = funnel.started >= least
    for_medians = funnel.started >= MEDIAN_LEAST
    return ModuleFigures(
        module_id=module.id,
        label=module.label,
        planned_hours=module.hours,
        funnel=funnel if enough else None,
        on_the_way=_on_the_way(funnel, least, published) if enough else (None, None),
        ending=_ending(funnel, least, published) if enough else (None, None, None),
        curve=time.curve if for_medians else None,
        effort=effort if enough else None,
        quartiles=effort.by_gap if for_medians else (),
    )


def _on_the_way(funnel: Funnel, least: int, published: bool) -> tuple[int | None, int | None]:
    """The steps between starting and completing."""
    reached = [count for _, count in funnel.steps()]
    ended_at = [a - b for a, b in zip(reached, [*reached[1:], 0], strict=True)]
    if published and withheld(ended_at, least):
        return None, None
    return funnel.first_pass, funnel.all_passed


def _ending(
    funnel: Funnel, least: int, published: bool
) -> tuple[int | None, int | None, int | None]:
    """How it ended for those who started.

    An instructor sees each student's result anyway: only the split of the others is withheld.
    """
    parts = (funnel.completed, funnel.going_on, funnel.dropped)
    hidden = withheld(parts, least)
    if not published:
        hidden = frozenset(place + 1 for place in withheld(parts[1:], least))
    shown = [None if place in hidden else part for place, part in enumerate(parts)]
    return shown[0], shown[1], shown[2]


def _large(found: Sequence[ModuleComparison], least: int) -> tuple[ModuleComparison, ...]:
    return tuple(
        each
        for each in found
        if min(each.completion.before.whole, each.completion.after.whole) >= least
    )
