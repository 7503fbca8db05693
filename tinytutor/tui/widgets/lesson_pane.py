"""The lesson, one section at a time. Long sections come piece by piece, so that no key waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Collapsible, Input, Static

from tinytutor.notebooks.lesson import Section
from tinytutor.tui import text
from tinytutor.tui.commands import Place, bindings
from tinytutor.tui.lesson_pieces import Piece, PieceKind, pieces
from tinytutor.tui.widgets.lesson_blocks import (
    NOTHING,
    CodeBlock,
    ExercisePointer,
    ExperimentBlock,
    GivenBlock,
    OutputView,
    PredictionBlock,
    RunButton,
    Shown,
)
from tinytutor.tui.widgets.lesson_code import LessonFence, LessonMarkdown
from tinytutor.tui.widgets.mistakes import TellsMistakes

_Block = TypeVar("_Block", bound=Widget)


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
        self._outputs: dict[str, Shown] = {}
        """What cells have shown, by id."""
        self._predictions: dict[str, str] = {}
        """What the student expects, by the id of the question; empty where they went on without."""
        self._rest: tuple[Piece, ...] = ()
        """Pieces that wait for a prediction."""
        self._next_title: str | None = None

    def compose(self) -> ComposeResult:
        """A body that is filled section by section."""
        yield Vertical(id="section")

    def remember(self, predictions: Mapping[str, str]) -> None:
        """Takes over the predictions of earlier sittings."""
        self._predictions.update(predictions)

    def show(self, section: Section, number: int, total: int, next_title: str | None) -> None:
        """Shows a section from its beginning."""
        self.border_title = Content(f"{text.LESSON}  {text.section_of(number, total)}")
        self._next_title = next_title
        self._show_up_to_a_question(pieces(section), from_the_top=True)

    def _show_up_to_a_question(self, found: Sequence[Piece], *, from_the_top: bool) -> None:
        """What follows a question would give away its answer, and waits for it."""
        cut = next((n for n, p in enumerate(found) if self._asks(p, found[n:])), len(found)) + 1
        self._rest = tuple(found[cut:])
        self._fill(tuple(found[:cut]), from_the_top=from_the_top, to_the_end=not self._rest)

    def _asks(self, piece: Piece, rest: Sequence[Piece]) -> bool:
        return (
            piece.kind is PieceKind.PREDICTION
            and piece.cell_id not in self._predictions
            and any(each.kind is PieceKind.EXPERIMENT for each in rest)
        )

    @work(exclusive=True, group="lesson", exit_on_error=False)
    async def _fill(
        self, found: tuple[Piece, ...], *, from_the_top: bool, to_the_end: bool
    ) -> None:
        body = self.query_one("#section", Vertical)
        if from_the_top:
            with self.app.batch_update():
                await body.remove_children()
                self.scroll_home(animate=False)
                await body.mount_all(self._widgets(found[:1]))
            found = found[1:]
        for piece in found:
            # One piece at a time, and keys in between.
            await body.mount_all(self._widgets([piece]))
        if to_the_end:
            words = text.section_next(self._next_title) if self._next_title else text.SECTION_END
            await body.mount(Static(Content(words), classes="section-end"))

    @property
    def waits(self) -> bool:
        """Whether the rest of the section waits for a prediction."""
        return bool(self._rest)

    def ask(self) -> None:
        """Goes to the line on which the prediction is written."""
        for block in self.query(PredictionBlock):
            for line in block.query(Input):
                line.focus()

    @on(PredictionBlock.Answered)
    def _answered(self, event: PredictionBlock.Answered) -> None:
        self._predictions[event.cell_id] = event.words
        self.focus()
        self._show_up_to_a_question(self._rest, from_the_top=False)

    def _widgets(self, found: Iterable[Piece]) -> list[Widget]:
        return [self._widget(piece) for piece in found]

    def _widget(self, piece: Piece) -> Widget:
        shown = self._outputs.get(piece.cell_id, NOTHING)
        match piece.kind:
            case PieceKind.PROSE:
                return LessonMarkdown(piece.source)
            case PieceKind.PREDICTION:
                return PredictionBlock(piece, self._predictions.get(piece.cell_id))
            case PieceKind.EXERCISE:
                return ExercisePointer(Content(text.TO_EDITOR), classes="pointer")
            case PieceKind.TEST:
                return Collapsible(CodeBlock(piece.source), title=text.TEST_CODE)
            case PieceKind.EXPERIMENT:
                return ExperimentBlock(piece, shown)
            case _:
                return GivenBlock(piece, shown)

    def action_read_on(self) -> None:
        """A page on; at the end of the section the next one."""
        if self.scroll_offset.y < self.max_scroll_y:
            self.scroll_page_down()
        elif self.waits:
            self.ask()
        else:
            self.post_message(self.ReadOn())

    def experiment_in_sight(self, cell_ids: Sequence[str]) -> str | None:
        """The first of these experiments that is seen now, else the first that is not above."""
        blocks = [block for block in self.query(ExperimentBlock) if block.cell_id in cell_ids]
        seen = self._in_sight(blocks)
        if seen is not None:
            return seen.cell_id
        top = self.scroll_offset.y
        below = (block.cell_id for block in blocks if block.virtual_region.y >= top)
        return next(below, cell_ids[-1] if cell_ids else None)

    def code_in_sight(self) -> str | None:
        """The source of the first code that is seen now."""
        blocks = [each for each in self.query("*") if isinstance(each, CodeBlock | LessonFence)]
        seen = self._in_sight(blocks)
        if isinstance(seen, CodeBlock):
            return seen.source
        return seen.code if isinstance(seen, LessonFence) else None

    def _in_sight(self, blocks: Iterable[_Block]) -> _Block | None:
        """The first of them of which a line is seen."""
        here = self.scrollable_content_region
        for block in blocks:
            # Regions are those of the screen; what was never laid out has none.
            if block.region.height and block.region.overlaps(here):
                return block
        return None

    def show_output(self, cell_id: str, shown: Shown, *, follow: bool = True) -> None:
        """Puts up what a cell has shown; it stays when the student comes back."""
        self._outputs[cell_id] = shown
        for view in self.query(OutputView):
            if view.cell_id == cell_id:
                view.show(shown)
        for block in self.query(ExperimentBlock):
            if follow and block.cell_id == cell_id:
                for button in block.query(RunButton):
                    self.call_after_refresh(self.scroll_to_widget, button, animate=False, top=True)

    def show_run(self, cell_id: str, line: Content | None) -> None:
        """Says at an experiment that it runs, or how to run it again."""
        for block in self.query(ExperimentBlock):
            if block.cell_id == cell_id:
                block.show_run(line)
