"""The lesson, one section at a time. Long sections come piece by piece, so that no key waits."""

from __future__ import annotations

from collections.abc import Iterable

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import HorizontalScroll, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Collapsible, Markdown, Static

from tinytutor.notebooks.lesson import Section
from tinytutor.running.events import CellOutput
from tinytutor.tui import text
from tinytutor.tui.commands import Place, bindings
from tinytutor.tui.lesson_pieces import Piece, PieceKind, pieces


class CodeBlock(HorizontalScroll, can_focus=False):
    """Code to be read."""

    def __init__(self, source: str, classes: str = "") -> None:
        super().__init__(classes=f"code {classes}")
        self._source = source

    def compose(self) -> ComposeResult:
        """The code in colours of the theme."""
        from textual.highlight import highlight  # noqa: PLC0415  pygments, 30 ms, only for lessons

        yield Static(highlight(self._source, language="python"), markup=False)


class ExercisePointer(Static):
    """Says that the exercise is written in the editor; a click goes there."""

    class Followed(Message):
        """The pointer was clicked."""

    def _on_click(self) -> None:
        self.post_message(self.Followed())


class RunButton(Static):
    """Runs an experiment when it is clicked."""

    def __init__(self, cell_id: str) -> None:
        super().__init__(text.RUN_EXPERIMENT, markup=False, classes="run-button")
        self._cell_id = cell_id

    def _on_click(self) -> None:
        self.post_message(ExperimentBlock.Wanted(self._cell_id))


class ExperimentBlock(Vertical):
    """An experiment: its code, a place to start it, and what it printed."""

    class Wanted(Message):
        """The student asks to run it."""

        def __init__(self, cell_id: str) -> None:
            super().__init__()
            self.cell_id = cell_id

    def __init__(self, piece: Piece) -> None:
        super().__init__()
        self._piece = piece

    @property
    def cell_id(self) -> str:
        """Id of the cell."""
        return self._piece.cell_id

    def compose(self) -> ComposeResult:
        """Code, button, output."""
        yield CodeBlock(self._piece.source)
        yield RunButton(self.cell_id)
        with HorizontalScroll(classes="output", can_focus=False):
            yield Static(markup=False)

    def on_mount(self) -> None:
        """Nothing was printed yet."""
        self.query_one(".output").display = False

    def show(self, words: Content) -> None:
        """Puts up what the run has printed so far."""
        self.query_one(".output").display = bool(words.plain)
        self.query_one(".output Static", Static).update(words)


class LessonPane(VerticalScroll):
    """Shows one section; keys of a single letter work while it has the focus."""

    BINDINGS: list[BindingType] = bindings(Place.LESSON)

    def compose(self) -> ComposeResult:
        """A body that is filled section by section."""
        yield Vertical(id="section")

    def on_mount(self) -> None:
        """Says in its frame what it is."""
        self.border_title = Content(text.LESSON)  # type: ignore[assignment]

    def show(self, section: Section, number: int, total: int, next_title: str | None) -> None:
        """Shows a section from its beginning."""
        self.border_subtitle = Content(text.section_of(number, total))  # type: ignore[assignment]
        self._fill(section, next_title)

    @work(exclusive=True, group="lesson", exit_on_error=False)
    async def _fill(self, section: Section, next_title: str | None) -> None:
        body = self.query_one("#section", Vertical)
        found = pieces(section)
        with self.app.batch_update():
            await body.remove_children()
            self.scroll_home(animate=False)
            await body.mount_all(_widgets(found[:1]))
        for piece in found[1:]:
            # One piece at a time, and keys in between.
            await body.mount_all(_widgets([piece]))
        words = text.section_next(next_title) if next_title else text.SECTION_END
        await body.mount(Static(Content(words), classes="section-end"))

    def experiment(self, cell_id: str) -> ExperimentBlock | None:
        """The block of an experiment on screen."""
        blocks = self.query(ExperimentBlock)
        return next((block for block in blocks if block.cell_id == cell_id), None)


def _widgets(found: Iterable[Piece]) -> list[Widget]:
    return [_widget(piece) for piece in found]


def _widget(piece: Piece) -> Widget:
    match piece.kind:
        case PieceKind.PROSE:
            return Markdown(piece.source)
        case PieceKind.PREDICTION:
            return Markdown(piece.source, classes="prediction")
        case PieceKind.EXERCISE:
            return ExercisePointer(Content(text.TO_EDITOR), classes="pointer")
        case PieceKind.TEST:
            return Collapsible(CodeBlock(piece.source), title=text.TEST_CODE)
        case PieceKind.EXPERIMENT:
            return ExperimentBlock(piece)
        case _:
            return CodeBlock(piece.source)


def output_content(outputs: Iterable[CellOutput], error: str = "") -> Content:
    """What an experiment has printed; pictures are named, warnings set apart, an error last."""
    parts: list[Content] = []
    for output in outputs:
        if output.mime == "text/plain":
            parts.append(Content.styled(output.data, "$text-warning" if output.is_warning else ""))
        else:
            parts.append(Content.styled(text.PICTURE + "\n", "$text-muted"))
    if error:
        parts.append(Content.styled(error, "$text-error"))
    return Content("").join(parts).rstrip()
