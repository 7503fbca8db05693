"""The quality report of a whole course: health, common issues, plan, what changed. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tinytutor.review.findings import Finding, Severity, Theme
from tinytutor.review.scorecard import CRITERIA, ModuleReview, Status

REPORT_CRITERIA = tuple(list(CRITERIA)[:8])
"""Those that make a module production-ready; the others are shown on its scorecard."""

WEEKS: Mapping[Severity, str] = {
    Severity.CRITICAL: "Critical fixes",
    Severity.HIGH: "High priority",
    Severity.MEDIUM: "Medium priority",
    Severity.LOW: "Low priority",
}
"""Severity → what that week of work is called; the worst is the first week."""


@dataclass(frozen=True, slots=True)
class CommonIssue:
    """A theme under which several modules have findings."""

    theme: Theme
    modules: tuple[str, ...]
    """Ids of the modules concerned."""
    share: float
    """Of all modules, 0 to 1."""
    examples: tuple[str, ...]
    """The commonest kinds of findings, each with the number of modules."""


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the plan: a kind of fault, mended in all modules."""

    code: str
    name: str
    fix: str
    modules: tuple[str, ...]
    findings: int
    hours: float


@dataclass(frozen=True, slots=True)
class Week:
    """A step of the plan."""

    number: int
    severity: Severity
    title: str
    hours: float
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What changed in a module since another review."""

    module: str
    status_before: str
    """Empty for a new module."""
    status_now: str
    """Empty for a module that is gone."""
    fixed: tuple[str, ...]
    new: tuple[str, ...]


def health(modules: Sequence[ModuleReview]) -> float:
    """Share of the modules that are ready, 0 to 1."""
    return round(share_of(modules, Status.READY), 4)


def share_of(modules: Sequence[ModuleReview], status: Status) -> float:
    """Share of the modules with this status."""
    return sum(m.status is status for m in modules) / len(modules) if modules else 0.0


def essential_hours(modules: Sequence[ModuleReview]) -> float:
    """Time to mend what is critical or high."""
    essential = (Severity.CRITICAL, Severity.HIGH)
    return round(sum(f.hours for m in modules for f in m.findings if f.severity in essential), 2)


def common_issues(modules: Sequence[ModuleReview]) -> tuple[CommonIssue, ...]:
    """Themes with findings above polish, the most widespread first."""
    found = []
    for theme in Theme:
        concerned: list[str] = []
        kinds: dict[str, set[str]] = defaultdict(set)
        for module in modules:
            for finding in module.findings:
                if finding.theme is theme and finding.severity is not Severity.LOW:
                    kinds[finding.name].add(module.id)
                    if module.id not in concerned:
                        concerned.append(module.id)
        if concerned:
            commonest = sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0]))[:3]
            examples = tuple(f"{in_words(name)} ({len(ids)})" for name, ids in commonest)
            share = round(len(concerned) / len(modules), 4)
            found.append(CommonIssue(theme, tuple(concerned), share, examples))
    return tuple(sorted(found, key=lambda issue: -issue.share))


def plan(modules: Sequence[ModuleReview]) -> tuple[Week, ...]:
    """The work in four steps, the worst first; steps without work are left out."""
    weeks = []
    for number, (severity, title) in enumerate(WEEKS.items(), 1):
        grouped: dict[str, list[tuple[str, Finding]]] = defaultdict(list)
        for module in modules:
            for finding in module.findings:
                if finding.severity is severity and finding.hours:
                    grouped[finding.code].append((module.id, finding))
        tasks = [_task(found) for found in grouped.values()]
        if tasks:
            tasks.sort(key=lambda task: (-len(task.modules), -task.hours, task.code))
            hours = round(sum(task.hours for task in tasks), 2)
            weeks.append(Week(number, severity, title, hours, tuple(tasks)))
    return tuple(weeks)


def _task(found: Sequence[tuple[str, Finding]]) -> Task:
    from tinytutor.review.rules import rule_called  # noqa: PLC0415  rules know nothing of reports

    first = found[0][1]
    return Task(
        code=first.code,
        name=first.name,
        fix=rule_called(first.code).fix,
        modules=tuple(dict.fromkeys(module for module, _ in found)),
        findings=len(found),
        hours=round(sum(finding.hours for _, finding in found), 2),
    )


@dataclass(frozen=True, slots=True)
class CriterionCount:
    """How many modules meet a criterion."""

    criterion: str
    met: int
    failed: int
    unknown: int


def success_table(modules: Sequence[ModuleReview]) -> tuple[CriterionCount, ...]:
    """Every criterion of the scorecard over all modules."""
    counts = []
    for criterion in CRITERIA:
        values = [module.criteria[criterion] for module in modules]
        counts.append(
            CriterionCount(criterion, values.count(True), values.count(False), values.count(None))
        )
    return tuple(counts)


def strengths(modules: Sequence[ModuleReview]) -> tuple[str, ...]:
    """Criteria that nearly every module meets."""
    return tuple(
        CRITERIA[count.criterion]
        for count in success_table(modules)
        if modules and count.met >= 0.8 * len(modules)
    )


def weaknesses(modules: Sequence[ModuleReview]) -> tuple[str, ...]:
    """Criteria that a fifth of the modules or more fail, the commonest failure first."""
    failing = [c for c in success_table(modules) if modules and c.failed >= 0.2 * len(modules)]
    return tuple(CRITERIA[c.criterion] for c in sorted(failing, key=lambda c: -c.failed))


def changes(
    modules: Sequence[ModuleReview], before: Mapping[str, Mapping[str, object]]
) -> tuple[Change, ...]:
    """What changed since an earlier review; `before` is module id → its entry in that JSON."""
    found = []
    now = {module.id: module for module in modules}
    for module_id in dict.fromkeys([*now, *before]):
        module, entry = now.get(module_id), before.get(module_id)
        new = dict(_signed(module)) if module is not None else {}
        old = dict(_signed_entry(entry)) if entry is not None else {}
        change = Change(
            module_id,
            str(entry.get("status", "")) if entry is not None else "",
            module.status.value if module is not None else "",
            tuple(text for key, text in old.items() if key not in new),
            tuple(text for key, text in new.items() if key not in old),
        )
        if change.fixed or change.new or change.status_before != change.status_now:
            found.append(change)
    return tuple(found)


def _signed(module: ModuleReview) -> list[tuple[tuple[str, str], str]]:
    return [((f.code, f.subject or f.message), f"{f.code} {f.message}") for f in module.findings]


def _signed_entry(entry: Mapping[str, object]) -> list[tuple[tuple[str, str], str]]:
    findings = entry.get("findings")
    signed = []
    for finding in findings if isinstance(findings, list) else []:
        if isinstance(finding, dict):
            about = str(finding.get("subject") or finding.get("message"))
            text = f"{finding.get('code')} {finding.get('message')}"
            signed.append(((str(finding.get("code")), about), text))
    return signed


def in_words(name: str) -> str:
    """`test-never-runs` → `test never runs`."""
    return name.replace("-", " ")


def hours_in_words(hours: float) -> str:
    """`0 hours`, `30 minutes`, `2.5 hours`."""
    if 0 < hours < 1:
        return f"{round(hours * 60):d} minutes"
    shown = f"{hours:.1f}".removesuffix(".0")
    return f"{shown} hour{'' if shown == '1' else 's'}"
