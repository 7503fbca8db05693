"""The report as JSON: the same figures as the page, withheld ones as null."""

from __future__ import annotations

from tinytutor.cohort.measures.comparison import Change
from tinytutor.cohort.measures.effort import Effort
from tinytutor.cohort.measures.items import TestItem
from tinytutor.cohort.measures.priorities import WEIGHTS
from tinytutor.cohort.report.figures import Figures, ModuleFigures
from tinytutor.cohort.statistics.intervals import Share
from tinytutor.cohort.statistics.survival import SurvivalCurve

SCHEMA_VERSION = 1


def report_document(figures: Figures) -> dict[str, object]:
    """The report as one JSON object. Hours are of active time."""
    return {
        "schema_version": SCHEMA_VERSION,
        "cohort": figures.name,
        "course": figures.course,
        "course_version": figures.course_version,
        "as_of": figures.as_of,
        "students": figures.students,
        "finished": figures.finished,
        "events": figures.events,
        "active_hours": round(figures.active_hours, 2),
        "gap_seconds": figures.gap_seconds,
        "dropped_days": figures.dropped_days,
        "smallest_group": figures.least,
        "published": figures.is_published,
        "bundles": dict(figures.bundles),
        "mend_first": [
            {
                "module": place.module_id,
                "exercise": place.exercise_id,
                "score": round(place.score, 4),
                "students": place.students,
                "reasons": list(place.reasons),
            }
            for place in figures.mend_first
        ],
        "weights": dict(WEIGHTS),
        "modules": [_module(module) for module in figures.modules],
        "tests": [_item(item) for item in figures.items],
        "confusion": [
            {
                "module": place.module_id,
                "place": place.place,
                "reports": place.reports,
                "students": place.students,
                "words": list(place.words),
            }
            for place in figures.confusing
        ],
        "compared_with": figures.compared_with or None,
        "comparison": [
            {
                "module": each.module_id,
                "completion": _change(each.completion),
                "first_tries": _change(each.first_tries),
                "median_hours": list(each.median_hours),
                "errors_per_hour": list(each.errors_per_hour),
            }
            for each in figures.comparison
        ],
    }


def _module(module: ModuleFigures) -> dict[str, object]:
    funnel = module.funnel
    completed, going_on, dropped = module.ending
    return {
        "id": module.module_id,
        "planned_hours": module.planned_hours,
        "started": funnel.started if funnel else None,
        "first_test_passed": module.on_the_way[0],
        "every_test_passed_once": module.on_the_way[1],
        "completed": completed,
        "going_on": going_on,
        "dropped": dropped,
        "completion": _share(funnel.completion) if funnel and completed is not None else None,
        "time_to_complete": _curve(module.curve) if module.curve else None,
        "active_hours": {
            str(gap): [round(q.low, 4), round(q.median, 4), round(q.high, 4)]
            for gap, q in module.quartiles
        }
        or None,
        "effort": _effort(module.effort) if module.effort else None,
    }


def _share(share: Share) -> dict[str, object]:
    low, high = share.interval or (None, None)
    return {"part": share.part, "whole": share.whole, "share": share.value, "interval": [low, high]}


def _curve(curve: SurvivalCurve) -> dict[str, object]:
    return {
        "students": curve.count,
        "completed": int(curve.completed.sum()),
        "median": curve.median,
        "interval": list(curve.median_interval),
        "at_risk_at_median": curve.risk_at(curve.median) if curve.median is not None else None,
    }


def _effort(effort: Effort) -> dict[str, object]:
    return {
        "attempts": effort.attempts,
        "errors": effort.errors,
        "unwritten": effort.unwritten,
        "errors_per_hour": effort.errors_per_hour,
        "confusion_reports": effort.confusion_reports,
        "confusion_per_hour": effort.confusion_per_hour,
        "confusion_per_starter": effort.per_starter(effort.confusion_reports),
        "hints": effort.hints,
        "hints_per_starter": effort.per_starter(effort.hints),
        "solutions_shown": effort.solutions_shown,
        "tests_passed": effort.tests_passed,
        "tests_run": effort.tests_run,
        "first_tries": _share(Share(effort.first_tries_passed, effort.first_tries)),
    }


def _item(item: TestItem) -> dict[str, object]:
    return {
        "module": item.module_id,
        "exercise": item.exercise_id,
        "test": item.test_id,
        "students": item.students,
        "difficulty": _share(item.first_tries),
        "correlation": item.correlation,
        "errors": item.errors,
        "flags": list(item.flags),
        "mistakes": [{"mistake": words, "students": count} for words, count in item.mistakes],
    }


def _change(change: Change) -> dict[str, object]:
    found = change.difference
    return {
        "before": _share(change.before),
        "after": _share(change.after),
        "difference": found[0] if found else None,
        "interval": [found[1], found[2]] if found else None,
        "clear": change.is_clear,
    }
