"""The review of the course's content, for its authors: scorecards, and each module's findings."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tinytutor.curriculum import Course
from tinytutor.review import report
from tinytutor.review.findings import Finding, Severity
from tinytutor.review.report import hours_in_words
from tinytutor.review.reviewing import CourseReview, Options, review_course
from tinytutor.review.scorecard import CRITERIA, ModuleReview, Status, Verdict
from tinytutor.tui import text
from tinytutor.tui.commands import Place, bindings
from tinytutor.tui.prose import prose
from tinytutor.tui.widgets.key_bar import KeyBar
from tinytutor.tui.widgets.top_bar import TopBar, crumbs, share_bar

_STATUS_COLOURS = {
    Status.READY: ("✓", "$text-success"),
    Status.ALMOST: ("◐", "$text-warning"),
    Status.NEEDS_WORK: ("✗", "$text-error"),
}
_SEVERITY_COLOURS = {
    Severity.CRITICAL: "$text-error",
    Severity.HIGH: "$text-warning",
    Severity.MEDIUM: "$text-primary",
    Severity.LOW: "$text-muted",
}
_VERDICTS: dict[Verdict, tuple[str, str]] = {
    True: ("✓", "$text-success"),
    False: ("✗", "$text-error"),
    None: ("–", "$text-muted"),
}


class ReviewScreen(Screen[None]):
    """Judges from the lessons' text; `tinytutor review` also runs them."""

    CSS_PATH = "review.tcss"
    BINDINGS = bindings(Place.REVIEW)

    def __init__(self, course: Course) -> None:
        super().__init__()
        self._course = course
        self._review: CourseReview | None = None

    def compose(self) -> ComposeResult:
        """Health, modules, and the highlighted one's scorecard."""
        yield TopBar()
        yield Static(text.REVIEW_READING, id="health", markup=False)
        with Horizontal():
            yield OptionList(id="modules", markup=False)
            with VerticalScroll(id="scorecard"):
                yield Static(id="detail", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Reads the lessons once the screen is drawn."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.query_one(TopBar).show(left=crumbs(text.APP, text.REVIEW))
        self._read()

    @work(thread=True, exclusive=True, group="review", exit_on_error=False)
    def _read(self) -> None:
        try:
            found = review_course(self._course.folder, (), Options(run=False))
        except Exception as problem:  # the app goes on, whatever the course on disk is by now
            self.app.call_from_thread(self._show_problem, str(problem))
        else:
            self.app.call_from_thread(self._show, found)

    def _show_problem(self, problem: str) -> None:
        self.query_one("#health", Static).update(Content(problem))

    def _show(self, found: CourseReview) -> None:
        self._review = found
        share = report.health(found.modules)
        essential = hours_in_words(report.essential_hours(found.modules))
        line = Content.assemble(
            (f"{share:.0%}", "bold $text-accent"),
            f" {text.REVIEW_READY}     ",
            (essential, "bold $text-accent"),
            f" {text.REVIEW_ESSENTIAL}     ",
            prose(text.REVIEW_NOT_RUN, "$text-muted"),
        )
        self.query_one("#health", Static).update(Content("\n").join([share_bar(share, 40), line]))
        listed = self.query_one("#modules", OptionList)
        listed.clear_options()
        listed.add_options(Option(_listed(module), id=module.id) for module in found.modules)
        listed.highlighted = 0 if listed.option_count else None
        listed.focus()

    @on(OptionList.OptionHighlighted, "#modules")
    def _show_module(self, event: OptionList.OptionHighlighted) -> None:
        modules = self._review.modules if self._review is not None else ()
        for module in modules:
            if module.id == event.option.id:
                self.query_one("#detail", Static).update(Content("\n").join(_scorecard(module)))
                self.query_one("#scorecard").scroll_home(animate=False)

    def action_back(self) -> None:
        """To where the author came from."""
        self.dismiss()


def _listed(module: ModuleReview) -> Content:
    mark, colour = _STATUS_COLOURS[module.status]
    counts = " ".join(f"{n} {severity}" for severity, n in module.counts.items() if n)
    return Content.assemble(
        (module.label, "bold"),
        (f"\n{mark} {text.REVIEW_STATUS[module.status]}", colour),
        (f"  {counts or text.REVIEW_NO_FINDINGS}", "$text-muted"),
    )


def _scorecard(module: ModuleReview) -> Iterator[Content]:
    yield Content.styled(module.label, "bold $text-primary")
    yield Content.styled(f"{module.file} · {hours_in_words(module.hours)}", "$text-muted")
    if module.key_strength:
        yield Content.assemble((f"{text.REVIEW_STRENGTH} ", "$text-muted"), module.key_strength)
    yield Content("")
    for name, verdict in module.criteria.items():
        mark, colour = _VERDICTS[verdict]
        word = text.REVIEW_VERDICTS[verdict]
        yield Content.assemble((f"{mark} {word:<12} ", colour), CRITERIA[name])
    for finding in module.findings:
        yield from _finding(finding)
    for allowed in module.allowed:
        finding = allowed.finding
        words = f"{text.REVIEW_ALLOWED} {finding.code} {finding.place}: {allowed.reason}"
        yield Content.styled(words, "$text-muted")


def _finding(finding: Finding) -> Iterator[Content]:
    yield Content("")
    yield Content.assemble(
        (finding.severity.value, f"bold {_SEVERITY_COLOURS[finding.severity]}"),
        f" {finding.code} {report.in_words(finding.name)}  ",
        (finding.place, "$text-accent"),
    )
    yield Content(finding.message)
    yield Content.styled(finding.fix, "$text-muted")
