"""A review as JSON, with the keys that other programs rely on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tinytutor.review import report
from tinytutor.review.effects import Effect
from tinytutor.review.findings import Allowed, Finding, Severity
from tinytutor.review.outcome import Execution, Outcome
from tinytutor.review.report import Change
from tinytutor.review.reviewing import CourseReview
from tinytutor.review.scorecard import ModuleReview, Status


def review_document(
    review: CourseReview,
    effects: Mapping[str, Effect] | None = None,
    changed: Sequence[Change] | None = None,
) -> dict[str, Any]:
    """The review as plain values; `schema_version` is added where it is written."""
    modules = review.modules
    document: dict[str, Any] = {
        "course": review.title,
        "health": report.health(modules),
        "shares": {status.value: round(report.share_of(modules, status), 4) for status in Status},
        "essential_hours": report.essential_hours(modules),
        "modules": [_module(module, (effects or {}).get(module.id)) for module in modules],
        "common_issues": [
            {
                "theme": issue.theme.value,
                "share": issue.share,
                "modules": list(issue.modules),
                "examples": list(issue.examples),
            }
            for issue in report.common_issues(modules)
        ],
        "plan": [
            {
                "week": week.number,
                "severity": week.severity.value,
                "title": week.title,
                "hours": week.hours,
                "tasks": [
                    {
                        "code": task.code,
                        "name": task.name,
                        "fix": task.fix,
                        "modules": list(task.modules),
                        "findings": task.findings,
                        "hours": task.hours,
                    }
                    for task in week.tasks
                ],
            }
            for week in report.plan(modules)
        ],
        "success_criteria": {
            count.criterion: {"met": count.met, "failed": count.failed, "unknown": count.unknown}
            for count in report.success_table(modules)
        },
    }
    if changed is not None:
        document["changes"] = [
            {
                "module": change.module,
                "status_before": change.status_before,
                "status_now": change.status_now,
                "fixed": list(change.fixed),
                "new": list(change.new),
            }
            for change in changed
        ]
    return document


def _module(module: ModuleReview, effect: Effect | None) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": module.id,
        "title": module.title,
        "file": module.file,
        "status": module.status.value,
        "counts": {severity.value: module.counts[severity] for severity in Severity},
        "hours": module.hours,
        "main_issue": module.main_issue,
        "key_strength": module.key_strength,
        "criteria": {
            **module.criteria,
            "immediate_tests_share": module.immediate_tests_share,
        },
        "execution": _execution(module.execution),
        "findings": [finding_entry(finding) for finding in module.findings],
        "allowed": [_allowed(allowed) for allowed in module.allowed],
    }
    if effect is not None:
        entry["effect"] = _effect(effect)
    return entry


def finding_entry(finding: Finding) -> dict[str, Any]:
    """One finding."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "file": finding.file,
        "line": finding.line,
        "cell": finding.cell,
        "message": finding.message,
        "subject": finding.subject,
        "fix": finding.fix,
        "hours": finding.hours,
    }


def _allowed(allowed: Allowed) -> dict[str, Any]:
    return {**finding_entry(allowed.finding), "reason": allowed.reason}


def _execution(execution: Execution) -> dict[str, Any]:
    run, alone = execution.run, execution.alone
    return {
        "outcome": run.outcome.value,
        "error": run.error,
        "seconds": round(run.seconds, 3),
        "sandboxed": run.boxed,
        "without_library": alone.outcome.value if alone is not None else None,
        "depends_on_library": None
        if alone is None or Outcome.NOT_RUN in (run.outcome, alone.outcome)
        else run.outcome is not alone.outcome,
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "started": effect.started,
        "completed": effect.completed,
        "completion_rate": effect.completion_rate,
        "errors": effect.errors,
        "confusion_reports": effect.confusion_reports,
        "median_minutes": effect.median_minutes,
        "pass_rate": effect.pass_rate,
        "failing_places": [
            {"place": place, "count": count} for place, count in effect.failing_places
        ],
        "confusing_places": [
            {"place": place, "count": count} for place, count in effect.confusing_places
        ],
    }
