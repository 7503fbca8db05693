"""A review as lines of text for the terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tinytutor.cli.output import Piece, Tone
from tinytutor.review import report
from tinytutor.review.checklist import Item
from tinytutor.review.effects import Effect
from tinytutor.review.findings import Finding, Rule, Severity
from tinytutor.review.outcome import Outcome
from tinytutor.review.report import Change, hours_in_words
from tinytutor.review.reviewing import CourseReview
from tinytutor.review.scorecard import CRITERIA, ModuleReview, Status, Verdict

Line = tuple[Piece, ...]
_STATUS = {
    Status.READY: ("✓ ready", Tone.GOOD),
    Status.ALMOST: ("~ almost ready", Tone.WARN),
    Status.NEEDS_WORK: ("✗ needs work", Tone.BAD),
}
_TONES = {
    Severity.CRITICAL: Tone.BAD,
    Severity.HIGH: Tone.WARN,
    Severity.MEDIUM: Tone.ACCENT,
    Severity.LOW: Tone.QUIET,
}
_VERDICTS: dict[Verdict, tuple[str, Tone]] = {
    True: ("✓ yes", Tone.GOOD),
    False: ("✗ no", Tone.BAD),
    None: ("– not decided", Tone.QUIET),
}


def review_lines(
    review: CourseReview,
    effects: Mapping[str, Effect],
    changed: Sequence[Change] | None,
) -> Iterator[Line]:
    """Scorecards, findings, common issues and plan."""
    for module in review.modules:
        yield from _module(module, effects.get(module.id))
        yield ()
    if len(review.modules) > 1:
        yield from _common(review)
        yield from _criteria(review)
    yield from _plan(review)
    if changed is not None:
        yield from _changes(changed)
    modules = review.modules
    ready = sum(module.status is Status.READY for module in modules)
    yield (
        (f"{report.health(modules):.0%} ready for students", Tone.STRONG),
        f" ({ready} of {len(modules)}); {hours_in_words(report.essential_hours(modules))} of "
        f"essential fixes.",
    )


def _module(module: ModuleReview, effect: Effect | None) -> Iterator[Line]:
    word, tone = _STATUS[module.status]
    counts = (
        ", ".join(f"{n} {severity}" for severity, n in module.counts.items() if n) or "no findings"
    )
    yield (
        (module.label, Tone.STRONG),
        "  ",
        (word, tone),
        f"  {counts}; {hours_in_words(module.hours)} to fix",
    )
    run, alone = module.execution.run, module.execution.alone
    if run.outcome is not Outcome.NOT_RUN:
        beside = f"; without the library of earlier modules: {alone.outcome}" if alone else ""
        box = "" if run.boxed else ", outside of the sandbox"
        yield ((f"  run: {run.outcome} in {run.seconds:.1f} s{box}{beside}", Tone.QUIET),)
    unmet = [CRITERIA[name] for name, met in module.criteria.items() if met is False]
    unknown = [CRITERIA[name] for name, met in module.criteria.items() if met is None]
    if unmet:
        yield ("  not met: ", "; ".join(unmet))
    if unknown:
        yield ("  not decided: ", "; ".join(unknown))
    if module.key_strength:
        yield ("  strength: ", module.key_strength)
    if effect is not None:
        yield ("  students: ", effect_words(effect))
    for finding in module.findings:
        yield from _finding(finding)
    for allowed in module.allowed:
        finding = allowed.finding
        yield ((f"  allowed   {finding.code} {finding.place}: {allowed.reason}", Tone.QUIET),)


def _finding(finding: Finding) -> Iterator[Line]:
    severity = (f"  {finding.severity:<9}", _TONES[finding.severity])
    yield (
        severity,
        f" {finding.code} {report.in_words(finding.name)}  ",
        (finding.place, Tone.ACCENT),
    )
    yield (f"            {finding.message}",)
    hours = f" ({hours_in_words(finding.hours)})" if finding.hours else ""
    yield ((f"            {finding.fix}{hours}", Tone.QUIET),)


def effect_words(effect: Effect) -> str:
    """The four metrics of a module, and where students failed or were confused most."""
    told = [f"{effect.completed} of {effect.started} completed"]
    if effect.median_minutes is not None:
        told.append(f"median {effect.median_minutes:g} min")
    if effect.pass_rate is not None:
        told.append(f"{effect.pass_rate:.0%} of tests pass")
    told.append(f"{effect.errors} errors, {effect.confusion_reports} reports of confusion")
    for word, places in (("failed", effect.failing_places), ("confused", effect.confusing_places)):
        if places:
            told.append(
                f"{word} most: "
                + ", ".join(f"{place or 'the module'} ({n})" for place, n in places[:3])
            )
    return "; ".join(told)


def _common(review: CourseReview) -> Iterator[Line]:
    issues = report.common_issues(review.modules)
    if issues:
        yield (("Common issues", Tone.STRONG),)
        for issue in issues:
            yield (f"  {issue.share:>4.0%} of modules  {issue.theme}: {'; '.join(issue.examples)}",)
        yield ()


def _criteria(review: CourseReview) -> Iterator[Line]:
    yield (("Success criteria", Tone.STRONG),)
    total = len(review.modules)
    for count in report.success_table(review.modules):
        unknown = f", {count.unknown} not decided" if count.unknown else ""
        yield (f"  {CRITERIA[count.criterion]:<40} {count.met} of {total}{unknown}",)
    yield ()


def _plan(review: CourseReview) -> Iterator[Line]:
    weeks = report.plan(review.modules)
    if weeks:
        yield (("Plan", Tone.STRONG),)
    for week in weeks:
        yield (f"  Week {week.number}: {week.title} ({hours_in_words(week.hours)})",)
        for task in week.tasks:
            where = ", ".join(task.modules[:6]) + (
                f" and {len(task.modules) - 6} more" if task.modules[6:] else ""
            )
            yield (
                f"    {task.code} {report.in_words(task.name)} "
                f"({hours_in_words(task.hours)}): {where}",
            )
    if weeks:
        yield ()


def _changes(changed: Sequence[Change]) -> Iterator[Line]:
    yield (("What changed", Tone.STRONG),)
    if not changed:
        yield ("  nothing",)
    for change in changed:
        before, now = change.status_before or "not there", change.status_now or "gone"
        yield (f"  {change.module}" + (f": {before} → {now}" if before != now else ""),)
        for text in change.new:
            yield (("    new    ", Tone.WARN), text)
        for text in change.fixed:
            yield (("    fixed  ", Tone.GOOD), text)
    yield ()


def rule_lines(rule: Rule) -> Iterator[Line]:
    """What `--explain` says of a rule."""
    yield ((f"{rule.code} {rule.name}", Tone.STRONG), f"  {rule.severity}, {rule.theme}")
    for title, words in (
        ("What", rule.what),
        ("Why", rule.why),
        ("Example", rule.example),
        ("Fix", rule.fix),
        ("Can't see", rule.blind),
    ):
        first, *others = words.splitlines()
        yield (f"  {title:<10}{first}",)
        yield from ((f"            {line}",) for line in others)


def checklist_lines(module: ModuleReview, items: Sequence[Item]) -> Iterator[Line]:
    """What a machine decided, and what a person did or must."""
    yield (("Checklist of ", Tone.PLAIN), (module.label, Tone.STRONG))
    yield (("  Decided by evidence", Tone.QUIET),)
    for name, verdict in module.criteria.items():
        word, tone = _VERDICTS[verdict]
        yield (f"    {CRITERIA[name]:<42}", (word, tone))
    yield (("  Only a person can answer", Tone.QUIET),)
    for item in items:
        if item.answer is None:
            shown: Piece = ("open", Tone.WARN)
        else:
            tone = {"yes": Tone.GOOD, "no": Tone.BAD}.get(item.answer.answer, Tone.WARN)
            note = f": {item.answer.note}" if item.answer.note else ""
            shown = (f"{item.answer.answer} ({item.answer.name}, {item.answer.date}{note})", tone)
        yield (f"    {item.question.id}: {item.question.text}  ", shown)
