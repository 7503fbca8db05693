"""The lesson, one section at a time. Long sections come piece by piece, so that no key waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import HorizontalScroll, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Collapsible, Static

from tinytutor.notebooks.lesson import Section
from tinytutor.running.events import CellOutput
from tinytutor.tui import text
from tinytutor.tui.commands import Place, bindings
from tinytutor.tui.lesson_pieces import Piece, PieceKind, pieces
from tinytutor.tui.widgets.lesson_code import LessonMarkdown, coloured
from tinytutor.tui.widgets.mistakes import TellsMistakes


class CodeBlock(HorizontalScroll, can_focus=False):
    """Code to be read."""

    def __init__(self, source: str, classes: str = "") -> None:
        super().__init__(classes=f"code {classes}")
        self._source = source

    def compose(self) -> ComposeResult:
        """The code in colours of the theme."""
        yield Static(coloured(self._source), markup=False)


class ExercisePointer(Static):
    """Says that the exercise is written in the editor; a click goes there."""

    class Followed(Message):
        """The pointer was clicked."""

    def on_click(self) -> None:
        """Goes there."""
        self.post_message(self.Followed())


class RunButton(Static):
    """Runs an experiment when it is clicked."""

    def __init__(self, cell_id: str) -> None:
        super().__init__(text.RUN_EXPERIMENT, markup=False, classes="run-button")
        self._cell_id = cell_id

    def on_click(self) -> None:
        """Asks for a run."""
        self.post_message(ExperimentBlock.Wanted(self._cell_id))


class ExperimentBlock(Vertical):
    """An experiment: its code, a place to start it, and what it printed."""

    class Wanted(Message):
        """The student asks to run it."""

        def __init__(self, cell_id: str) -> None:
            super().__init__()
            self.cell_id = cell_id

    def __init__(self, piece: Piece, output: Content) -> None:
        super().__init__()
        self._piece = piece
        self._output = output

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
        """What it printed before is still there."""
        self.show(self._output)

    def show(self, words: Content) -> None:
        """Puts up what the run has printed so far."""
        self._output = words
        # Before it is composed there is nothing to update: it will begin with this output.
        for frame in self.query(".output"):
            frame.display = bool(words.plain)
        for printed in self.query(".output Static").results(Static):
            printed.update(words)

    def show_run(self, line: Content | None) -> None:
        """Says that it runs, or how to run it again."""
        for button in self.query(RunButton):
            button.update(line or Content(text.RUN_EXPERIMENT))


class LessonPane(VerticalScroll, TellsMistakes):
    """Shows one section; keys of a single letter work while it has the focus."""

    BINDINGS = [
        *bindings(Place.LESSON),
        Binding("space", "read_on", show=False),
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
    ]

    class ReadOn(Message):
        """The student reads on past the end of the section."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._outputs: dict[str, Content] = {}
        """What experiments have shown, by cell."""

    def compose(self) -> ComposeResult:
        """A body that is filled section by section."""
        yield Vertical(id="section")

    def show(self, section: Section, number: int, total: int, next_title: str | None) -> None:
        """Shows a section from its beginning."""
        self.border_title = Content(f"{text.LESSON}  {text.section_of(number, total)}")
        self._fill(section, next_title)

    @work(exclusive=True, group="lesson", exit_on_error=False)
    async def _fill(self, section: Section, next_title: str | None) -> None:
        body = self.query_one("#section", Vertical)
        found = pieces(section)
        with self.app.batch_update():
            await body.remove_children()
            self.scroll_home(animate=False)
            await body.mount_all(self._widgets(found[:1]))
        for piece in found[1:]:
            # One piece at a time, and keys in between.
            await body.mount_all(self._widgets([piece]))
        words = text.section_next(next_title) if next_title else text.SECTION_END
        await body.mount(Static(Content(words), classes="section-end"))

    def _widgets(self, found: Iterable[Piece]) -> list[Widget]:
        nothing = Content("")
        return [_widget(piece, self._outputs.get(piece.cell_id, nothing)) for piece in found]

    def action_read_on(self) -> None:
        """A page on; at the end of the section the next one."""
        if self.scroll_offset.y >= self.max_scroll_y:
            self.post_message(self.ReadOn())
        else:
            self.scroll_page_down()

    def experiment_in_sight(self, cell_ids: Sequence[str]) -> str | None:
        """The first of these experiments that is seen now, else the first that is not above."""
        top, bottom = self.scroll_offset.y, self.scroll_offset.y + self.size.height
        blocks = [block for block in self.query(ExperimentBlock) if block.cell_id in cell_ids]
        for block in blocks:
            place = block.virtual_region
            if place.bottom > top and place.y < bottom:
                return block.cell_id
        below = (block.cell_id for block in blocks if block.virtual_region.y >= top)
        return next(below, cell_ids[-1] if cell_ids else None)

    def show_output(self, cell_id: str, words: Content) -> None:
        """Puts up what an experiment has shown; it stays when the student comes back."""
        self._outputs[cell_id] = words
        for block in self.query(ExperimentBlock):
            if block.cell_id == cell_id:
                block.show(words)
                for button in block.query(RunButton):
                    self.call_after_refresh(self.scroll_to_widget, button, animate=False, top=True)

    def show_run(self, cell_id: str, line: Content | None) -> None:
        """Says at an experiment that it runs, or how to run it again."""
        for block in self.query(ExperimentBlock):
            if block.cell_id == cell_id:
                block.show_run(line)


def _widget(piece: Piece, output: Content) -> Widget:
    match piece.kind:
        case PieceKind.PROSE:
            return LessonMarkdown(piece.source)
        case PieceKind.PREDICTION:
            return LessonMarkdown(piece.source, classes="prediction")
        case PieceKind.EXERCISE:
            return ExercisePointer(Content(text.TO_EDITOR), classes="pointer")
        case PieceKind.TEST:
            return Collapsible(CodeBlock(piece.source), title=text.TEST_CODE)
        case PieceKind.EXPERIMENT:
            return ExperimentBlock(piece, output)
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
