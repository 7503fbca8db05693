"""A review as one HTML page with pictures, each with its data as a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from tinytutor.html import (
    Cell,
    Markup,
    Series,
    card,
    data_table,
    figure,
    page,
    stacked_bars,
    tag,
    text,
)
from tinytutor.review import report
from tinytutor.review.effects import Effect
from tinytutor.review.findings import Allowed, Finding, Severity
from tinytutor.review.report import Change, hours_in_words
from tinytutor.review.reviewing import CourseReview
from tinytutor.review.scorecard import CRITERIA, ModuleReview, Status, Verdict

_STATUS = {
    Status.READY: ("✓ ready", "good"),
    Status.ALMOST: ("◐ almost ready", "warn"),
    Status.NEEDS_WORK: ("✗ needs work", "bad"),
}
_VERDICT: dict[Verdict, tuple[str, str, str]] = {
    True: ("✓", "met", "good"),
    False: ("✗", "not met", "bad"),
    None: ("?", "not decided", "info"),
}
_SEVERITIES = [
    Series("critical", "--s1"),
    Series("high", "--s2"),
    Series("medium", "--s3"),
    Series("low", "--s4"),
]
_TONE = {
    Severity.CRITICAL: "bad",
    Severity.HIGH: "warn",
    Severity.MEDIUM: "info",
    Severity.LOW: "info",
}


def to_html(
    review: CourseReview,
    day: date,
    effects: Mapping[str, Effect] | None = None,
    changed: Sequence[Change] | None = None,
) -> str:
    """The whole page."""
    title = f"{review.title}: quality report"
    body = [
        *_head(review, day),
        *_pictures(review),
        *_scorecards(review),
        *_common(review),
        *_plan(review),
        *_effects(review, effects or {}),
        *(_changes(changed) if changed is not None else ()),
        *_modules(review),
    ]
    return page(title, body)


def _rich(words: str) -> Markup:
    """Text whose code spans are shown as code."""
    parts = re.split(r"`([^`\n]+)`", words)
    return Markup(
        "".join(tag("code", text(p)) if place % 2 else text(p) for place, p in enumerate(parts))
    )


def _head(review: CourseReview, day: date) -> Iterator[Markup]:
    modules = review.modules
    yield tag("h1", text(f"{review.title}: quality report"))
    count = f"{len(modules)} module{'s' if len(modules) != 1 else ''}"
    yield tag(
        "p", text(f"{count}, reviewed on {day.isoformat()} by tinytutor review"), class_="quiet"
    )
    counts = {status: sum(module.status is status for module in modules) for status in Status}
    yield tag(
        "div",
        [
            card(f"{report.health(modules):.0%}", "ready for students"),
            card(str(counts[Status.READY]), "ready", "good"),
            card(str(counts[Status.ALMOST]), "almost ready", "warn"),
            card(str(counts[Status.NEEDS_WORK]), "need work", "bad"),
            card(hours_in_words(report.essential_hours(modules)), "of essential fixes"),
        ],
        class_="cards",
    )


def _pictures(review: CourseReview) -> Iterator[Markup]:
    yield tag("h2", text("At a glance"))
    yield _criteria_grid(review.modules)
    counts = [
        (module.label, [float(module.counts[severity]) for severity in Severity])
        for module in review.modules
    ]
    if any(sum(values) for _, values in counts):
        yield stacked_bars(
            "Findings per module, by severity",
            "One bar per module; its parts are critical, high, medium and low findings.",
            _SEVERITIES,
            counts,
        )


_CELL, _LABELS = 38, 250


def _criteria_grid(modules: Sequence[ModuleReview]) -> Markup:
    """Modules against criteria: a mark and a colour in each field."""
    names = list(CRITERIA)
    title = "Success criteria, module by module"
    described = "Rows are modules, columns criteria. ✓ is met, ✗ not met, ? not decided."
    top = 150
    parts = [tag("title", text(title)), tag("desc", text(described))]
    for column, name in enumerate(names):
        x = _LABELS + column * _CELL + _CELL / 2
        parts.append(
            tag(
                "text",
                text(_short(name)),
                x=0,
                y=0,
                transform=f"translate({x + 4:.0f} {top - 8}) rotate(-50)",
            )
        )
    for row, module in enumerate(modules):
        y = top + row * 26
        label = module.label if len(module.label) <= 32 else f"{module.label[:31]}…"
        parts.append(tag("text", text(label), x=_LABELS - 10, y=y + 17, text_anchor="end"))
        for column, name in enumerate(names):
            mark, word, tone = _VERDICT[module.criteria[name]]
            x = _LABELS + column * _CELL
            about = tag("title", text(f"{module.label}: {CRITERIA[name]}: {word}"))
            field = tag(
                "rect", about, x=x + 1, y=y + 1, width=_CELL - 2, height=24, rx=4,
                style=f"fill: var(--{tone}); fill-opacity: .16",
            )  # fmt: skip
            sign = tag(
                "text", text(mark), x=x + _CELL / 2, y=y + 18, text_anchor="middle",
                style=f"fill: var(--{tone}); font-weight: 700",
            )  # fmt: skip
            parts += [field, sign]
    box = f"0 0 {_LABELS + len(names) * _CELL + 110} {top + 26 * len(modules) + 6}"
    picture = tag("svg", parts, viewBox=box, role="img", aria_label=f"{title}. {described}")
    rows = [
        (module.label, *(_VERDICT[module.criteria[name]][1] for name in names))
        for module in modules
    ]
    return figure(title, [picture], data_table(["Module", *CRITERIA.values()], rows))


_SHORT = {
    "critical_resolved": "critical resolved",
    "main_executes": "main run works",
    "main_runs_all_tests": "runs every test",
    "prerequisites_stated": "prerequisites",
    "systems_analysis": "systems analysis",
    "immediate_tests": "immediate tests",
    "no_forward_dependencies": "nothing forward",
    "learning_progression": "progression",
    "learning_objectives": "objectives",
    "time_estimate": "time estimate",
}


def _short(name: str) -> str:
    return _SHORT.get(name, name)


def _scorecards(review: CourseReview) -> Iterator[Markup]:
    yield tag("h2", text("Scorecards"))
    rows = []
    for module in review.modules:
        word, tone = _STATUS[module.status]
        link = Cell(tag("a", text(module.label), href=f"#{_anchor(module)}"))
        status = Cell(tag("span", text(word), class_=tone))
        issue = Cell(_rich(module.main_issue or "–"))
        rows.append((link, status, *module.counts.values(), hours_in_words(module.hours), issue))
    headers = ["Module", "Status", "Critical", "High", "Medium", "Low", "To fix", "Main issue"]
    yield data_table(headers, rows)


def _common(review: CourseReview) -> Iterator[Markup]:
    issues = report.common_issues(review.modules)
    yield tag("h2", text("Common issues"))
    if not issues:
        yield tag("p", text("None above polish."))
        return
    yield stacked_bars(
        "Share of modules concerned, in %",
        "One bar per theme: how many of the modules have a finding above polish there.",
        [Series("modules in %", "--s2")],
        [(issue.theme.value, [round(100 * issue.share)]) for issue in issues],
        unit=" %",
    )
    yield tag(
        "ul",
        [
            tag("li", [tag("b", text(issue.theme.value)), text(f": {'; '.join(issue.examples)}")])
            for issue in issues
        ],
    )


def _plan(review: CourseReview) -> Iterator[Markup]:
    weeks = report.plan(review.modules)
    yield tag("h2", text("Plan"))
    if not weeks:
        yield tag("p", text("Nothing to do."))
        return
    yield stacked_bars(
        "Hours of work per week of the plan",
        "One bar per week, the most severe faults first.",
        [Series("hours", "--s3")],
        [(f"{week.number}: {week.title}", [week.hours]) for week in weeks],
        unit=" h",
    )
    for week in weeks:
        yield tag("h3", text(f"Week {week.number}: {week.title} ({hours_in_words(week.hours)})"))
        items = []
        for task in week.tasks:
            where = f"{hours_in_words(task.hours)} in {', '.join(task.modules)}. "
            name = tag("b", text(f"{task.code} {report.in_words(task.name)}"))
            items.append(tag("li", [name, text(f": {where}"), _rich(task.fix)]))
        yield tag("ol", items)


def _effects(review: CourseReview, effects: Mapping[str, Effect]) -> Iterator[Markup]:
    if not effects:
        return
    yield tag("h2", text("What students met"))
    rows = []
    for module in review.modules:
        effect = effects.get(module.id)
        if effect is None:
            continue
        rate = None if effect.completion_rate is None else f"{effect.completion_rate:.0%}"
        passed = None if effect.pass_rate is None else f"{effect.pass_rate:.0%}"
        rows.append(
            (
                module.label, effect.started, rate, effect.median_minutes, passed, effect.errors,
                effect.confusion_reports, _places(effect.failing_places),
                _places(effect.confusing_places),
            )
        )  # fmt: skip
    yield data_table(
        ["Module", "Started", "Completed", "Median min", "Tests pass", "Errors", "Confusion",
         "Failed most", "Confused most"],
        rows,
    )  # fmt: skip


def _places(places: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{place or 'the module'} ({count})" for place, count in places[:3]) or "–"


def _changes(changed: Sequence[Change]) -> Iterator[Markup]:
    yield tag("h2", text("What changed"))
    if not changed:
        yield tag("p", text("Nothing."))
    for change in changed:
        before, now = change.status_before or "not there", change.status_now or "gone"
        yield tag(
            "h3", text(f"{change.module}: {before} → {now}" if before != now else change.module)
        )
        items = [tag("li", [tag("b", text("New: ")), _rich(words)]) for words in change.new]
        items += [tag("li", [tag("b", text("Fixed: ")), _rich(words)]) for words in change.fixed]
        yield tag("ul", items)


def _modules(review: CourseReview) -> Iterator[Markup]:
    yield tag("h2", text("Findings"))
    for module in review.modules:
        word, tone = _STATUS[module.status]
        mark = tag("span", text(word), class_=tone)
        yield tag("h3", [text(f"{module.label} "), mark], id=_anchor(module))
        if module.key_strength:
            yield tag("p", [text("Key strength: "), _rich(module.key_strength)], class_="quiet")
        items = [_finding(finding) for finding in module.findings]
        items += [_allowed(allowed) for allowed in module.allowed]
        yield tag("ul", items) if items else tag("p", text("No findings."))


def _finding(finding: Finding) -> Markup:
    severity = tag("b", text(finding.severity.value), class_=_TONE[finding.severity])
    return tag(
        "li",
        [
            severity, text(f" {finding.code} {report.in_words(finding.name)}, "),
            tag("code", text(finding.place)), text(": "),
            _rich(finding.message), text(". "), tag("span", _rich(finding.fix), class_="quiet"),
        ],
    )  # fmt: skip


def _allowed(allowed: Allowed) -> Markup:
    finding = allowed.finding
    return tag(
        "li",
        [
            text(f"allowed {finding.code}, "),
            tag("code", text(finding.place)),
            text(f": {allowed.reason}"),
        ],
        class_="quiet",
    )


def _anchor(module: ModuleReview) -> str:
    return "module-" + re.sub(r"[^a-z0-9]+", "-", module.id.lower()).strip("-")
