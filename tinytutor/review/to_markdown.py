"""A review as Markdown, in the structure of the quality report that a person would write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from tinytutor.review import report
from tinytutor.review.effects import Effect
from tinytutor.review.findings import Finding, Severity
from tinytutor.review.outcome import Outcome
from tinytutor.review.report import Change, hours_in_words
from tinytutor.review.reviewing import CourseReview
from tinytutor.review.scorecard import CRITERIA, ModuleReview, Status, Verdict

_GROUPS = (
    (Status.READY, "🟢 READY FOR STUDENTS", "✅"),
    (Status.ALMOST, "🟡 ALMOST READY", "⚠️"),
    (Status.NEEDS_WORK, "🔴 NEEDS SIGNIFICANT WORK", "❌"),
)
_WEEK_MARKS = {
    Severity.CRITICAL: "🚨",
    Severity.HIGH: "🔥",
    Severity.MEDIUM: "🟡",
    Severity.LOW: "🟢",
}
_VERDICTS: dict[Verdict, str] = {True: "✅ yes", False: "❌ no", None: "❔ not decided"}


def to_markdown(
    review: CourseReview,
    day: date,
    effects: Mapping[str, Effect] | None = None,
    changed: Sequence[Change] | None = None,
) -> str:
    """The whole report, with a line end."""
    parts = [
        *_head(review, day),
        *_summary(review),
        *_modules(review, effects or {}),
        *_common(review),
        *_plan(review),
        *_metrics(review, effects or {}),
        *_criteria(review),
        *(_changes(changed) if changed is not None else ()),
        *_findings(review),
        *_conclusion(review),
    ]
    return "\n".join(parts).rstrip() + "\n"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is: no markup, no HTML, one line. Code spans are kept."""
    parts = re.split(r"(`[^`\n]+`)", " ".join(text.split()))
    for place in range(0, len(parts), 2):
        parts[place] = re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", parts[place])
    return "".join(parts)


def _head(review: CourseReview, day: date) -> Iterator[str]:
    count = len(review.modules)
    yield from (
        f"# {escaped(review.title)}: Quality Report",
        f"## Assessment of {'All ' if count > 1 else ''}{count} Module{'s' if count != 1 else ''}",
        "",
        f"**Report Date**: {day.isoformat()}  ",
        "**Reviewer**: `tinytutor review`  ",
        "**Scorecard**: `tinytutor review --explain all` lists the rules",
        "",
        "---",
        "",
    )


def _summary(review: CourseReview) -> Iterator[str]:
    modules = review.modules
    words = {
        Status.READY: "production-ready",
        Status.ALMOST: "in need of minor fixes",
        Status.NEEDS_WORK: "held up by critical issues",
    }
    yield from ("## Executive Summary", "")
    yield from (
        f"### Overall Health: {report.health(modules):.0%} Ready for Students",
        "",
        "**Key Findings:**",
    )
    for status, _, mark in _GROUPS:
        count = sum(module.status is status for module in modules)
        plural = "module is" if count == 1 else "modules are"
        share = report.share_of(modules, status)
        yield f"- {mark} **{count} {plural}** {words[status]} ({share:.0%})"
    hours = hours_in_words(report.essential_hours(modules))
    yield from ("", f"**Total Time to Essential Fixes**: {hours}", "", "---", "")


def _modules(review: CourseReview, effects: Mapping[str, Effect]) -> Iterator[str]:
    yield from ("## Module-by-Module Status", "")
    for status, title, mark in _GROUPS:
        found = [module for module in review.modules if module.status is status]
        if not found:
            continue
        yield from (f"### {title} ({len(found)} module{'s' if len(found) != 1 else ''})", "")
        for module in found:
            yield f"#### {_label(module)} {mark}"
            yield from _module(module, effects.get(module.id))
            yield ""
    yield from ("---", "")


def _label(module: ModuleReview) -> str:
    label = escaped(module.label)
    return (
        f"Module {label.replace(' ', ': ', 1)}" if module.number is not None else f"Module {label}"
    )


def _module(module: ModuleReview, effect: Effect | None) -> Iterator[str]:
    counts = ", ".join(f"{module.counts[severity]} {severity}" for severity in Severity)
    yield f"- **Issues**: {counts}"
    yield f"- **Time to fix**: {hours_in_words(module.hours)}"
    if module.main_issue:
        yield f"- **Main issue**: {escaped(module.main_issue)}"
    if module.key_strength:
        yield f"- **Key strength**: {escaped(module.key_strength)}"
    run, alone = module.execution.run, module.execution.alone
    if run.outcome is not Outcome.NOT_RUN:
        told = f"{run.outcome} in {run.seconds:.1f} s"
        if alone is not None:
            told += f"; without the library of earlier modules: {alone.outcome}"
        yield f"- **Run**: {escaped(told)}"
    if effect is not None:
        yield f"- **Students**: {_effect(effect)}"


def _effect(effect: Effect) -> str:
    rate = "–" if effect.completion_rate is None else f"{effect.completion_rate:.0%}"
    told = [f"{effect.completed} of {effect.started} completed ({rate})"]
    if effect.median_minutes is not None:
        told.append(f"median {effect.median_minutes:g} min")
    if effect.pass_rate is not None:
        told.append(f"{effect.pass_rate:.0%} of tests pass")
    told.append(f"{effect.errors} errors, {effect.confusion_reports} reports of confusion")
    for what, places in (
        ("most failed", effect.failing_places),
        ("most confusing", effect.confusing_places),
    ):
        if places:
            told.append(
                f"{what}: "
                + ", ".join(f"{escaped(place or 'the module')} ({n})" for place, n in places[:3])
            )
    return "; ".join(told)


def _common(review: CourseReview) -> Iterator[str]:
    yield from ("## Common Issues Across All Modules", "")
    issues = report.common_issues(review.modules)
    if not issues:
        yield from ("None above polish.", "")
    for number, issue in enumerate(issues, 1):
        yield f"### {number}. {issue.theme} ({issue.share:.0%} of modules)"
        yield from (f"- {example[:1].upper()}{example[1:]}" for example in issue.examples)
        yield f"- In: {', '.join(escaped(module) for module in issue.modules)}"
        yield ""
    yield from ("---", "")


def _plan(review: CourseReview) -> Iterator[str]:
    yield from ("## Priority Action Plan", "")
    weeks = report.plan(review.modules)
    if not weeks:
        yield from ("Nothing to do.", "")
    for week in weeks:
        mark = _WEEK_MARKS[week.severity]
        yield f"### {mark} Week {week.number}: {week.title} ({hours_in_words(week.hours)})"
        for number, task in enumerate(week.tasks, 1):
            where = ", ".join(escaped(module) for module in task.modules)
            what = f"{task.code} {report.in_words(task.name)}, {hours_in_words(task.hours)}"
            yield f"{number}. {what}: {where}. {escaped(task.fix)}"
        yield ""
    yield from ("---", "")


def _metrics(review: CourseReview, effects: Mapping[str, Effect]) -> Iterator[str]:
    yield from ("### Quality Metrics to Track", "")
    if not effects:
        yield from (
            "- Module completion rate by students",
            "- Error/confusion reports per module",
            "- Time to complete each module",
            "- Test pass rates",
            "",
            "No progress data was given: `--with FILE` takes what `tinytutor export --format "
            "json` writes.",
            "",
            "---",
            "",
        )
        return
    yield "| Module | Started | Completed | Median min | Pass rate | Errors | Confusion |"
    yield "|---|---|---|---|---|---|---|"
    for module in review.modules:
        effect = effects.get(module.id)
        if effect is not None:
            minutes = "–" if effect.median_minutes is None else f"{effect.median_minutes:g}"
            passed = "–" if effect.pass_rate is None else f"{effect.pass_rate:.0%}"
            yield (
                f"| {escaped(module.label)} | {effect.started} | "
                f"{effect.completion_rate or 0:.0%} | {minutes} "
                f"| {passed} | {effect.errors} | {effect.confusion_reports} |"
            )
    yield from ("", "---", "")


def _criteria(review: CourseReview) -> Iterator[str]:
    yield from ("## Success Criteria", "", 'A module is considered "production-ready" when:', "")
    yield "| Criterion | Met | Not met | Not decided |"
    yield "|---|---|---|---|"
    for count in report.success_table(review.modules):
        yield f"| {CRITERIA[count.criterion]} | {count.met} | {count.failed} | {count.unknown} |"
    yield ""
    names = list(report.REPORT_CRITERIA)
    yield "| Module | " + " | ".join(CRITERIA[name] for name in names) + " |"
    yield "|---|" + "---|" * len(names)
    for module in review.modules:
        verdicts = " | ".join(_VERDICTS[module.criteria[name]] for name in names)
        yield f"| {escaped(module.label)} | {verdicts} |"
    yield from ("", "---", "")


def _changes(changed: Sequence[Change]) -> Iterator[str]:
    yield from ("## What Changed", "")
    if not changed:
        yield from ("Nothing.", "")
    for change in changed:
        before, now = change.status_before or "not there", change.status_now or "gone"
        moved = f": {before} → {now}" if before != now else ""
        yield f"### {escaped(change.module)}{escaped(moved)}"
        yield from (f"- New: {escaped(text)}" for text in change.new)
        yield from (f"- Fixed: {escaped(text)}" for text in change.fixed)
        yield ""
    yield from ("---", "")


def _findings(review: CourseReview) -> Iterator[str]:
    yield from ("## Findings", "")
    for module in review.modules:
        if module.findings or module.allowed:
            yield from (f"### {escaped(module.label)}", "")
            yield from (_finding(finding) for finding in module.findings)
            for allowed in module.allowed:
                yield f"{_finding(allowed.finding)} **Allowed**: {escaped(allowed.reason)}"
            yield ""
    yield from ("---", "")


def _finding(finding: Finding) -> str:
    return (
        f"- **{finding.severity}** {finding.code} {report.in_words(finding.name)} at "
        f"`{finding.place.replace('`', '')}`: {escaped(finding.message)}. *Fix*: "
        f"{escaped(finding.fix)}"
    )


def _conclusion(review: CourseReview) -> Iterator[str]:
    modules = review.modules
    hours = hours_in_words(report.essential_hours(modules))
    yield from ("## Conclusion", "")
    ready = f"{report.health(modules):.0%} of the modules are ready for students"
    yield f"{ready}; {hours} of essential fixes are left."
    yield ""
    for title, found in (
        ("Key Strengths", report.strengths(modules)),
        ("Key Improvements Needed", report.weaknesses(modules)),
    ):
        if found:
            yield f"**{title}:**"
            yield from (f"- {text}" for text in found)
            yield ""
