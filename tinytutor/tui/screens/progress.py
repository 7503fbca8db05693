"""My progress: the four metrics per module, the time, what is left, and the milestones."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from rich.style import Style
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.color import Color, ColorParseError
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, OptionList, Static
from textual.widgets.option_list import Option

from tinytutor.progress.active_time import ActivityMeter, time_spent
from tinytutor.progress.metrics import Metrics, ModuleMetrics
from tinytutor.tui import glyphs, text
from tinytutor.tui.commands import Place, bindings
from tinytutor.tui.time_plot import time_plot
from tinytutor.tui.troubles import TROUBLES, complain
from tinytutor.tui.widgets.key_bar import KeyBar
from tinytutor.tui.widgets.top_bar import TopBar, crumbs, share_bar
from tinytutor.tutor.estimates import hours_left
from tinytutor.tutor.milestones import MilestoneView, in_words
from tinytutor.tutor.results import ModuleView
from tinytutor.tutor.tutor import Tutor

_GAP = "     "
"""Between figures."""


class ProgressScreen(Screen[None]):
    """Figures that `tinytutor stats` and every export tell, too."""

    CSS_PATH = "progress.tcss"
    BINDINGS = bindings(Place.PROGRESS)

    def __init__(self, tutor: Tutor, meter: ActivityMeter) -> None:
        super().__init__()
        self._tutor = tutor
        self._meter = meter

    def compose(self) -> ComposeResult:
        """Totals, table, milestones."""
        yield TopBar()
        yield Static(id="totals", markup=False)
        table: DataTable[Text] = DataTable(id="modules", cursor_type="row", zebra_stripes=True)
        yield table
        with Horizontal(id="below"):
            yield Static(id="plot", markup=False)
            yield OptionList(id="milestones", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Fills in what is known now."""
        table = self.query_one(DataTable)
        for name in (*text.COLUMNS, *text.COLUMNS_MORE):
            table.add_column(name)
        self.query_one("#milestones").border_title = Content(text.MILESTONES)
        self.set_interval(5.0, self._show_totals)

    def on_screen_resume(self) -> None:
        """On screen for the first time, or again: a milestone may have run meanwhile."""
        self._fill()

    def _fill(self) -> None:
        try:
            views, metrics = self._tutor.overview(), self._tutor.metrics()
            milestones = self._tutor.milestones()
        except TROUBLES as problem:
            complain(self, problem)
            return
        table = self.query_one(DataTable)
        table.clear()
        for view in views:
            table.add_row(*_row(view, metrics.of(view.module.id), self._colour(view)))
        self._show_totals()
        self.query_one("#plot", Static).update(self._plot(views))
        listed = self.query_one("#milestones", OptionList)
        listed.clear_options()
        listed.add_options(Option(_milestone(view), id=view.milestone.id) for view in milestones)
        listed.highlighted = 0 if listed.option_count else None

    def _plot(self, views: tuple[ModuleView, ...]) -> Content:
        days = time_spent(self._tutor.events()).days
        passed = Counter(view.passed_at[:10] for view in views if view.passed_at)
        return time_plot(days, passed, datetime.now(UTC).date())

    def _colour(self, view: ModuleView) -> Style:
        """The state's colour for the table, which knows Rich's styles only."""
        name = glyphs.STATE_COLOUR[view.state.value].removeprefix("$text-")
        try:
            return Style.from_color(Color.parse(self.app.theme_variables.get(name, "")).rich_color)
        except ColorParseError:
            return Style()

    def _show_totals(self) -> None:
        with contextlib.suppress(*TROUBLES):
            # The figures of a moment ago stay; `_fill` says what is wrong.
            place = self.query_one("#totals", Static)
            room = self.app.size.width - place.gutter.width
            place.update(_totals(self._tutor.overview(), self._tutor.metrics(), room))
        left = text.IDLE if self._meter.paused else ""
        self.query_one(TopBar).show(
            left=crumbs(text.APP, text.PROGRESS), right=Content.styled(left, "$text-warning")
        )

    @on(OptionList.OptionSelected, "#milestones")
    def _run_milestone(self, event: OptionList.OptionSelected) -> None:
        self._open_milestone(event.option.id or "")

    @work
    async def _open_milestone(self, milestone_id: str) -> None:
        from tinytutor.tui.screens.milestone import MilestoneScreen  # noqa: PLC0415

        view = next(v for v in self._tutor.milestones() if v.milestone.id == milestone_id)
        if view.missing:
            self.notify(text.milestone_needs(", ".join(view.missing)), markup=False)
            return
        await self.app.push_screen_wait(MilestoneScreen(self._tutor, view, self._meter))

    def action_back(self) -> None:
        """To where the student came from."""
        self.dismiss()


def _totals(views: tuple[ModuleView, ...], metrics: Metrics, room: int) -> Content:
    share = metrics.completion_rate or 0.0
    left = hours_left(views)
    figures = [
        (f"{share:.0%}", text.DONE_SHARE),
        (text.duration(metrics.active_seconds), text.TOOK),
        (text.duration(left * 3600) if left else text.NOTHING_LEFT, text.LEFT),
    ]
    if metrics.pass_rate is not None:
        figures.append((f"{metrics.pass_rate:.0%}", text.TESTS_PASS))
    shown = [
        Content.assemble((value, "bold $text-accent"), " ", (name, "$text-muted"))
        for value, name in figures
    ]
    line = Content(_GAP).join(shown)
    if line.cell_length <= room:
        return Content("\n").join([share_bar(share, 40), line])
    # Beside the bar there is room for one, so that no figure is torn from its words.
    first = Content.assemble(share_bar(share, 40), _GAP, shown[0])
    return Content("\n").join([first, Content(_GAP).join(shown[1:])])


def _row(view: ModuleView, metrics: ModuleMetrics, colour: Style) -> Iterator[Text]:
    state = view.state.value
    yield Text(view.module.label)
    yield Text(f"{glyphs.STATE[state]} {text.STATE_WORDS[state]}", colour)
    yield Text(f"{view.tests_passed}/{view.tests_total}" if view.tests_total else "–")
    yield Text("–" if metrics.pass_rate is None else f"{metrics.pass_rate:.0%}")
    for seconds in (view.active_seconds, metrics.time.elapsed_seconds):
        yield Text(text.duration(seconds) if metrics.started else "–")
    counts = (metrics.attempts, metrics.errors.total, metrics.confusion_reports, metrics.hints)
    yield from (Text(str(count) if metrics.started else "–") for count in counts)


def _milestone(view: MilestoneView) -> Content:
    state = "passed" if view.reached else "locked" if view.missing else "open"
    figures = in_words(view.figures)
    word = text.MILESTONE_WORDS[state]
    return Content.assemble(
        (view.milestone.title, "bold"),
        (f"\n{glyphs.STATE[state]} {word}", glyphs.STATE_COLOUR[state]),
        "  ",
        (figures or view.milestone.gate, "$text-muted"),
    )
