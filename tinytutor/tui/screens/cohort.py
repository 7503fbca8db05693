"""A cohort for its instructor: modules, a plot of the one at hand, what to mend first."""

from __future__ import annotations

from typing import Any

from rich.text import Text
from textual import on
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, OptionList, Static
from textual.widgets.option_list import Option
from textual_plotext import PlotextPlot

from tinytutor.cohort.report.figures import Figures, ModuleFigures
from tinytutor.cohort.report.words import hours, per_one, percent
from tinytutor.tui import text
from tinytutor.tui.commands import Place, bindings
from tinytutor.tui.themes import DARK, OURS
from tinytutor.tui.widgets.key_bar import KeyBar
from tinytutor.tui.widgets.top_bar import TopBar, crumbs

PLOTS = ("time", "ending", "first_tries")
"""What the plot can show, in the order in which the key goes through them."""


def show_cohort(figures: Figures) -> None:
    """Opens the screen in the terminal and returns when the instructor leaves it."""
    CohortApp(figures).run()


class CohortApp(App[None]):
    """Only the one screen: an instructor needs no workspace."""

    TITLE = text.APP

    def __init__(self, figures: Figures) -> None:
        super().__init__()
        self._figures = figures

    def on_mount(self) -> None:
        """Takes our colours and shows the screen."""
        for theme in OURS:
            self.register_theme(theme)
        self.theme = DARK.name
        self.push_screen(CohortScreen(self._figures), lambda _: self.exit())


class CohortScreen(Screen[None]):
    """The figures that `tinytutor report` tells, too."""

    CSS_PATH = "cohort.tcss"
    BINDINGS = bindings(Place.COHORT)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]

    def __init__(self, figures: Figures) -> None:
        super().__init__()
        self._figures = figures
        self._plot = PLOTS[0]
        self._shown = figures.modules[0]

    def compose(self) -> ComposeResult:
        """Totals, table and plot side by side, places to mend below."""
        yield TopBar()
        yield Static(id="totals", markup=False)
        with Horizontal(id="above"):
            table: DataTable[Text] = DataTable(id="modules", cursor_type="row", zebra_stripes=True)
            yield table
            with Vertical(id="picture"):
                yield PlotextPlot(id="plot")
                # What the plot says, in words: for screen readers, and where it is too small.
                yield Static(id="words", markup=False)
        yield OptionList(id="mend", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Fills everything in; nothing changes while it is open but the choice of module."""
        figures = self._figures
        self.query_one(TopBar).show(left=crumbs(text.APP, figures.course_title, figures.name))
        self.query_one("#totals", Static).update(text.cohort_totals(
            figures.students, figures.finished, figures.active_hours
        ))  # fmt: skip
        table = self.query_one(DataTable)
        name, *counted = text.COHORT_COLUMNS
        table.add_columns(name, *(Text(column, justify="right") for column in counted))
        for module in figures.modules:
            first, *numbers = _row(module, figures)
            cells = (Text(number, justify="right") for number in numbers)
            table.add_row(Text(first), *cells, key=module.module_id)
        mend = self.query_one("#mend", OptionList)
        mend.border_title = Content(text.MEND_FIRST)
        mend.add_options(
            Option(Content.assemble(
                (f"{place.module_id} {place.exercise_id}", "bold"),
                (f"  {'; '.join(place.reasons)}", "$text-muted"),
            ))
            for place in figures.mend_first
        )  # fmt: skip
        if not figures.mend_first:
            mend.add_option(Option(Content(text.NOTHING_TO_MEND), disabled=True))
        table.focus()
        self._draw()

    @on(DataTable.RowHighlighted)
    def _module_chosen(self, event: DataTable.RowHighlighted) -> None:
        key = event.row_key.value
        self._shown = next(m for m in self._figures.modules if m.module_id == key)
        self._draw()

    def action_next_plot(self) -> None:
        """Shows the next kind of plot."""
        self._plot = PLOTS[(PLOTS.index(self._plot) + 1) % len(PLOTS)]
        self._draw()

    def action_back(self) -> None:
        """Leaves the screen."""
        self.dismiss()

    def _draw(self) -> None:
        widget = self.query_one(PlotextPlot)
        plot = widget.plt
        plot.clear_figure()
        draw = {"time": _draw_time, "ending": _draw_ending, "first_tries": _draw_first_tries}
        words = draw[self._plot](plot, self._shown, self._figures)
        widget.refresh()
        self.query_one("#words", Static).update(Content(words))


def _row(module: ModuleFigures, figures: Figures) -> tuple[str, ...]:
    if module.funnel is None:
        return (module.label, text.fewer_than(figures.least), *("–",) * 3)
    return (
        module.label,
        str(module.funnel.started),
        percent(module.funnel.completion) if module.ending[0] is not None else "–",
        hours(module.curve.median, text.NOT_REACHED) if module.curve else "–",
        per_one(module.effort.errors_per_hour if module.effort else None),
    )


def _draw_time(plot: Any, module: ModuleFigures, figures: Figures) -> str:
    plot.title(text.plot_time(module.label))
    curve = module.curve
    if curve is None or not len(curve.times):
        return text.TOO_FEW
    drawn = curve.thinned(200)
    times = [0.0, *drawn.times.tolist()]
    done = [0.0, *(100 * (1 - drawn.share)).tolist()]
    plot.plot(times, done, marker="braille")
    plot.hline(50, "gray")
    plot.ylim(0, 100)
    plot.yticks([0, 25, 50, 75, 100])
    plot.xlabel(text.HOURS)
    low, high = curve.median_interval
    median = hours(curve.median, text.NOT_REACHED)
    interval = (hours(low, text.NOT_REACHED), hours(high, text.NOT_REACHED))
    return text.plot_time_words(curve.count, median, *interval, hours(module.planned_hours))


def _draw_ending(plot: Any, module: ModuleFigures, figures: Figures) -> str:
    plot.title(text.PLOT_ENDING)
    shown = [m for m in figures.modules if m.funnel is not None]
    if not shown:
        return text.TOO_FEW
    done = [m.funnel.completed if m.funnel and m.ending[0] is not None else 0 for m in shown]
    others = [m.funnel.started - d for m, d in zip(shown, done, strict=True) if m.funnel]
    names = [m.label for m in reversed(shown)]
    plot.stacked_bar(
        names, [done[::-1], others[::-1]], orientation="h", labels=list(text.ENDINGS), width=0.4
    )
    parts = zip(text.ENDING_WORDS, module.ending, strict=True)
    told = ", ".join(f"{'–' if count is None else count} {word}" for word, count in parts)
    return f"{module.label}: {told}"


def _draw_first_tries(plot: Any, module: ModuleFigures, figures: Figures) -> str:
    plot.title(text.plot_first_tries(module.label))
    items = [i for i in figures.items if i.module_id == module.module_id]
    shares = [100 * (item.first_tries.value or 0.0) for item in items]
    if not items:
        return text.TOO_FEW
    names = [item.exercise_id for item in reversed(items)]
    plot.bar(names, shares[::-1], orientation="h", width=0.4)
    plot.xlim(0, 100)
    flagged = [item.test_id for item in items if item.flags]
    return text.worth_a_look(", ".join(flagged))
