"""The report as one page: no script, nothing fetched, for screen, print and screen readers."""

from __future__ import annotations

from collections.abc import Sequence

from tinytutor.cohort.measures.priorities import WEIGHTS
from tinytutor.cohort.report.charts import (
    Interval,
    curve_grid,
    interval_chart,
    paired_bars,
    strip_chart,
)
from tinytutor.cohort.report.figures import Figures
from tinytutor.cohort.report.words import NOT_REACHED, hours, interval, per_one, percent
from tinytutor.cohort.statistics.intervals import Share
from tinytutor.html import (
    Cell,
    Markup,
    Series,
    card,
    data_table,
    page,
    stacked_bars,
    tag,
    text,
)


def report_page(figures: Figures) -> str:
    """The whole document."""
    title = f"{figures.name}: {figures.course_title}"
    sections = [
        _head(figures),
        _mend_first(figures),
        _completion(figures),
        _time_to_complete(figures),
        _time_on_task(figures),
        _tests(figures),
        _struggle(figures),
        _comparison(figures),
        _method(figures),
    ]
    return page(title, [part for section in sections for part in section])


def _head(figures: Figures) -> list[Markup]:
    finished = "few" if figures.finished is None else f"{figures.finished}"
    tries = [
        Share(module.effort.first_tries_passed, module.effort.first_tries)
        for module in figures.modules
        if module.effort
    ]
    first = Share(sum(share.part for share in tries), sum(share.whole for share in tries))
    cards = [
        card(f"{figures.students:,}", "students"),
        card(finished, "completed every module"),
        card(f"{figures.active_hours:,.0f} h", "of active work"),
        card(percent(first), "of tests passed on the first try"),
    ]
    about = f"{figures.course_title}, version {figures.course_version}. As of {figures.as_of[:10]}."
    return [
        tag("h1", text(figures.name)),
        tag("p", text(about), class_="quiet"),
        tag("div", cards, class_="cards"),
    ]


def _mend_first(figures: Figures) -> list[Markup]:
    parts = [tag("h2", text("Mend these places first"))]
    if not figures.mend_first:
        return [*parts, tag("p", text("No place stands out, or too few students came by."))]
    items = []
    for place in figures.mend_first:
        name = tag("b", text(f"{_label(figures, place.module_id)}: {place.exercise_id}"))
        reasons = "; ".join(place.reasons)
        items.append(tag("li", [name, Markup("<br>"), text(f"{reasons}.")]))
    weights = ", ".join(f"{name.replace('_', ' ')} {weight:g}" for name, weight in WEIGHTS.items())
    note = (
        f"Ranked by what a place costs each student who ran it. Weights, a judgement: {weights} "
        f"(per student, and per failed run)."
    )
    return [*parts, tag("ol", items), tag("p", text(note), class_="quiet")]


def _completion(figures: Figures) -> list[Markup]:
    shown = [module for module in figures.modules if module.funnel]
    rows = []
    bars = []
    for module in shown:
        funnel = module.funnel
        assert funnel is not None
        completed, going_on, dropped = module.ending
        rows.append(
            (
                module.label,
                funnel.started,
                *module.on_the_way,
                completed,
                going_on,
                dropped,
                percent(funnel.completion) if completed is not None else None,
                interval(funnel.completion) if completed is not None else None,
            )
        )
        others = funnel.started - funnel.completed
        split = (going_on or 0, dropped or 0) if going_on is not None else (0, 0)
        unknown = others - sum(split) if completed is not None else funnel.started
        done = completed or 0
        bars.append((module.label, (done, *split, unknown)))
    headers = (
        "module", "started", "first test passed", "every test passed once", "completed", "going on",
        "dropped", "completion", "95 % interval",
    )  # fmt: skip
    series = [
        Series("completed", "--s5"),
        Series("going on", "--s3"),
        Series("dropped", "--s1"),
        Series("not shown apart", "--s4"),
    ]
    return [
        tag("h2", text("Who comes how far")),
        tag("p", text(
            f"Of those who started a module. Dropped: not completed, and no event anywhere for "
            f"{figures.dropped_days} days. Intervals after Wilson."
        )),
        stacked_bars(
            "How a module ended for those who started it",
            "One bar a module: completed, still going on, dropped out.",
            series,
            bars,
            table=data_table(headers, rows),
        ),
    ]  # fmt: skip


def _time_to_complete(figures: Figures) -> list[Markup]:
    shown = [(module, module.curve) for module in figures.modules if module.curve]
    rows, intervals = [], []
    for module, curve in shown:
        low, high = curve.median_interval
        at_risk = curve.risk_at(curve.median) if curve.median is not None else None
        done = int(curve.completed.sum())
        rows.append(
            (
                module.label,
                curve.count,
                done,
                hours(curve.median, NOT_REACHED),
                f"{hours(low, NOT_REACHED)} to {hours(high, NOT_REACHED)}",
                at_risk,
                hours(module.planned_hours),
            )
        )
        if low is not None:
            intervals.append(Interval(module.label, low, curve.median, high, module.planned_hours))
    headers = (
        "module", "started", "completed", "median", "95 % interval", "at risk at the median",
        "planned",
    )  # fmt: skip
    table = data_table(headers, rows)
    parts = [
        tag("h2", text("How long completing takes")),
        tag("p", text(
            "Active time from the start to the first pass, after Kaplan and Meier: who has not "
            "completed counts as needing at least as long as was seen. Leaving them out would make "
            "every module look quicker than it is."
        )),
    ]  # fmt: skip
    if not shown:
        return [*parts, tag("p", text("Too few students for medians."))]
    parts.append(
        interval_chart(
            "Median hours to complete a module",
            "A dot at the median, its 95 % interval as a bar, the course's plan as a thin line.",
            intervals,
            table,
            unit=" h",
            mark_words="● median   ▬ 95 % interval   | what the course plans",
        )
    )
    parts.append(
        curve_grid(
            "The share that has completed, by hours of work",
            "A rising line for each module from 0 to all, its 95 % interval as a band.",
            [(module.label, curve) for module, curve in shown],
            data_table(
                ("module", "a quarter has completed", "half", "three quarters", "nine in ten"),
                [
                    (
                        module.label,
                        *(hours(curve.when(part), NOT_REACHED) for part in (0.25, 0.5, 0.75, 0.9)),
                    )
                    for module, curve in shown
                ],
            ),
        )
    )
    return parts


def _time_on_task(figures: Figures) -> list[Markup]:
    shown = [module for module in figures.modules if module.quartiles]
    if not shown:
        return []
    rows, intervals = [], []
    for module in shown:
        spreads = dict(module.quartiles)
        first = spreads[600]
        rows.append(
            (
                module.label,
                hours(first.low),
                hours(first.median),
                hours(first.high),
                hours(spreads[300].median),
                hours(spreads[1800].median),
            )
        )
        intervals.append(Interval(module.label, first.low, first.median, first.high))
    headers = ("module", "a quarter below", "median", "a quarter above", "median, θ 5 min",
               "median, θ 30 min")  # fmt: skip
    theta = figures.gap_seconds / 60
    return [
        tag("h2", text("Time on task so far")),
        tag("p", text(
            f"Measured: a tick of 15 s counts while there was input within 2 minutes or a cell "
            f"ran; between two saves of an outside editor a gap counts up to θ = {theta:g} min. "
            f"What 5 and 30 minutes would give stands beside it. All who started, done or not."
        )),
        interval_chart(
            "Hours of active work on a module",
            "A dot at the median, the middle half of the students as a bar.",
            intervals,
            data_table(headers, rows),
            unit=" h",
        ),
    ]  # fmt: skip


def _tests(figures: Figures) -> list[Markup]:
    if not figures.items:
        return []
    dots = []
    for module in figures.modules:
        mine = [item for item in figures.items if item.module_id == module.module_id]
        if mine:
            dots.append(
                (
                    module.label,
                    [
                        (
                            item.first_tries.value,
                            f"{item.test_id}: {percent(item.first_tries)}",
                            bool(item.flags),
                        )
                        for item in mine
                        if item.first_tries.value is not None
                    ],
                )
            )
    rows = [
        (
            item.test_id,
            _label(figures, item.module_id),
            item.first_tries.whole,
            percent(item.first_tries),
            interval(item.first_tries),
            None if item.correlation is None else f"{item.correlation:.2f}",
            item.errors,
            "; ".join([*item.flags, *_common(figures, item.mistakes)]),
        )
        for item in sorted(figures.items, key=lambda item: not item.flags)
    ]
    headers = ("test", "module", "first tries", "passed at once", "95 % interval",
               "item–rest r", "failed runs", "worth a look; common mistakes")  # fmt: skip
    return [
        tag("h2", text("Tests on the first try")),
        tag("p", text(
            "Each student's first run of a test on written code. Item–rest r: how passing it goes "
            "with passing the module's other tests. From 30 tries on a test is marked where r is "
            "below 0.2 or hardly anyone, or nearly everyone, passes at once."
        )),
        strip_chart(
            "Share of students who pass each test at once",
            "One row a module, one dot a test, from 0 to 100 %.",
            dots,
            data_table(headers, rows),
        ),
    ]  # fmt: skip


def _struggle(figures: Figures) -> list[Markup]:
    shown = [(module, module.effort) for module in figures.modules if module.effort]
    rows = [
        (module.label, effort.errors_per_hour, effort.confusion_per_hour)
        for module, effort in shown
    ]
    help_rows = [
        (
            module.label,
            per_one(effort.per_starter(effort.hints)),
            per_one(effort.per_starter(effort.solutions_shown)),
            per_one(effort.per_starter(effort.attempts)),
            per_one(effort.per_starter(effort.errors)),
            per_one(effort.per_starter(effort.confusion_reports)),
        )
        for module, effort in shown
    ]
    parts = [
        tag("h2", text("Errors, confusion, help")),
        paired_bars(
            "Per hour of active work",
            "Two bars a module: failed tests, and reports of confusion, per active hour.",
            ("failed tests per hour", "confusion reports per hour"),
            rows,
            unit="",
        ),
        tag("h3", text("Per student who started")),
        data_table(
            ("module", "hints", "solutions shown", "checks", "failed tests", "confusion reports"),
            help_rows,
        ),
    ]
    if figures.confusing:
        parts.append(tag("h3", text("Where students said that they don't understand")))
        parts.append(
            data_table(
                ("place", "module", "reports", "students", "in their words"),
                [
                    (
                        place.place or "the module as a whole",
                        _label(figures, place.module_id),
                        place.reports,
                        place.students,
                        Cell(_quotes(place.words)),
                    )
                    for place in figures.confusing
                ],
            )
        )
    return parts


def _comparison(figures: Figures) -> list[Markup]:
    if not figures.compared_with:
        return []
    rows = []
    for each in figures.comparison:
        found = each.completion.difference
        change = "–" if found is None else f"{found[0]:+.0%} ({found[1]:+.0%} to {found[2]:+.0%})"
        rows.append(
            (
                _label(figures, each.module_id),
                percent(each.completion.before),
                percent(each.completion.after),
                change,
                "clear" if each.completion.is_clear else "may be chance",
                f"{percent(each.first_tries.before)} → {percent(each.first_tries.after)}",
                f"{hours(each.median_hours[0], '–')} → {hours(each.median_hours[1], '–')}",
                f"{per_one(each.errors_per_hour[0])} → {per_one(each.errors_per_hour[1])}",
            )
        )
    headers = ("module", "completed before", "now", "difference, 95 % interval", "is it clear?",
               "first tries", "median time", "errors per hour")  # fmt: skip
    return [
        tag("h2", text(f"Compared with {figures.compared_with}")),
        tag("p", text(
            "Differences of completion with Newcombe's interval. Clear means that the interval "
            "leaves out zero; two cohorts differ in more than the course."
        )),
        data_table(headers, rows),
    ]  # fmt: skip


def _method(figures: Figures) -> list[Markup]:
    withheld = sum(module.funnel is None for module in figures.modules)
    bundles = ", ".join(f"{count} {kind}" for kind, count in figures.bundles)
    points = [
        f"Groups of fewer than {figures.least} students are withheld, and with them what would "
        f"give them away; medians need 10. {withheld} modules have too few students.",
        f"Bundles: {bundles}. {figures.events:,} events.",
        "What students' machines report is self-reported; for marks, `tinytutor grade` runs the "
        "notebooks again.",
        f"Version {figures.course_version} of the course {figures.course}.",
    ]
    return [
        tag("h2", text("How this was made")),
        tag("ul", [tag("li", text(point)) for point in points]),
    ]


def _label(figures: Figures, module_id: str) -> str:
    return next((m.label for m in figures.modules if m.module_id == module_id), module_id)


def _common(figures: Figures, mistakes: Sequence[tuple[str, int]]) -> list[str]:
    return [f"{words} ({count})" for words, count in mistakes if count >= figures.least]


def _quotes(words: Sequence[str]) -> Markup:
    return tag("ul", [tag("li", text(each)) for each in words]) if words else text("–")
