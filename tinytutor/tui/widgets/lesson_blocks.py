"""The parts of a lesson that are more than prose: code, experiments, predictions, outputs."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.app import ComposeResult
from textual.containers import HorizontalScroll, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from tinytutor.running.events import CellOutput
from tinytutor.tui import text
from tinytutor.tui.lesson_pieces import Piece
from tinytutor.tui.widgets.lesson_code import LessonMarkdown, coloured
from tinytutor.tui.widgets.pictures import picture

Shown = tuple[tuple[CellOutput, ...], str]
"""What a cell has shown, and what it raised."""
NOTHING: Shown = ((), "")


class CodeBlock(HorizontalScroll, can_focus=False):
    """Code to be read."""

    def __init__(self, source: str, classes: str = "") -> None:
        super().__init__(classes=f"code {classes}")
        self.source = source

    def compose(self) -> ComposeResult:
        """The code in colours of the theme."""
        yield Static(coloured(self.source), markup=False)


class OutputView(Vertical):
    """What a cell has shown, pictures among it."""

    def __init__(self, cell_id: str, shown: Shown) -> None:
        super().__init__(classes="output-view")
        self.cell_id = cell_id
        self._shown = shown
        self.display = shown != NOTHING

    def compose(self) -> ComposeResult:
        """What it showed before is still there."""
        yield from self._parts(*self._shown)

    def show(self, shown: Shown) -> None:
        """Puts up what has come so far. Text that grows stays one widget."""
        before, self._shown = self._shown, shown
        if not self.is_mounted or shown == before:
            # Before it is composed there is nothing to update: it will begin with this output.
            return
        self.display = shown != NOTHING
        outputs, error = shown
        only_text = not any(_is_picture(each) for each in outputs)
        printed = self.query(".output Static").results(Static)
        if only_text and (first := next(printed, None)) is not None:
            first.update(output_content(outputs, error))
            return
        self.remove_children()
        self.mount_all(self._parts(outputs, error))

    def _parts(self, outputs: Iterable[CellOutput], error: str) -> Iterable[Widget]:
        words: list[CellOutput] = []
        for output in outputs:
            if not _is_picture(output):
                words.append(output)
                continue
            if words:
                yield _printed(output_content(words))
                words = []
            yield picture(output.data)
        if words or error:
            yield _printed(output_content(words, error))


class RunButton(Static):
    """Runs an experiment when it is clicked."""

    def __init__(self, cell_id: str) -> None:
        super().__init__(text.RUN_EXPERIMENT, markup=False, classes="run-button")
        self._cell_id = cell_id

    def on_click(self) -> None:
        """Asks for a run."""
        self.post_message(ExperimentBlock.Wanted(self._cell_id))


class ExperimentBlock(Vertical):
    """An experiment: its code, a place to start it, and what it showed."""

    class Wanted(Message):
        """The student asks to run it."""

        def __init__(self, cell_id: str) -> None:
            super().__init__()
            self.cell_id = cell_id

    def __init__(self, piece: Piece, shown: Shown) -> None:
        super().__init__()
        self._piece = piece
        self._shown = shown

    @property
    def cell_id(self) -> str:
        """Id of the cell."""
        return self._piece.cell_id

    def compose(self) -> ComposeResult:
        """Code, button, output."""
        yield CodeBlock(self._piece.source)
        yield RunButton(self.cell_id)
        yield OutputView(self.cell_id, self._shown)

    def show_run(self, line: Content | None) -> None:
        """Says that it runs, or how to run it again."""
        for button in self.query(RunButton):
            button.update(line or Content(text.RUN_EXPERIMENT))


class GivenBlock(Vertical):
    """Code of the course, and what it showed in the last run."""

    def __init__(self, piece: Piece, shown: Shown) -> None:
        super().__init__()
        self._piece = piece
        self._shown = shown

    def compose(self) -> ComposeResult:
        """Code and output."""
        yield CodeBlock(self._piece.source)
        yield OutputView(self._piece.cell_id, self._shown)


class PredictionBlock(Vertical):
    """A question that is answered before the experiment is seen."""

    class Answered(Message):
        """The student has said what they expect; nothing where they went on without."""

        def __init__(self, cell_id: str, words: str) -> None:
            super().__init__()
            self.cell_id = cell_id
            self.words = words

    def __init__(self, piece: Piece, prediction: str | None) -> None:
        super().__init__(classes="prediction")
        self._piece = piece
        self._prediction = prediction

    def compose(self) -> ComposeResult:
        """The question, and a line to write on or what was written."""
        yield LessonMarkdown(self._piece.source)
        if self._prediction is None:
            yield Input(placeholder=text.PREDICT, max_length=2000)
        elif self._prediction:
            yield Static(_predicted(self._prediction), markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._prediction = event.value.strip()
        self.post_message(self.Answered(self._piece.cell_id, self._prediction))
        event.input.remove()
        if self._prediction:
            self.mount(Static(_predicted(self._prediction), markup=False))


class ExercisePointer(Static):
    """Says that the exercise is written in the editor; a click goes there."""

    class Followed(Message):
        """The pointer was clicked."""

    def on_click(self) -> None:
        """Goes there."""
        self.post_message(self.Followed())


def output_content(outputs: Iterable[CellOutput], error: str = "") -> Content:
    """What a cell has printed; warnings set apart, an error last."""
    parts = [
        Content.styled(output.data, "$text-warning" if output.is_warning else "")
        for output in outputs
    ]
    if error:
        parts.append(Content.styled(error, "$text-error"))
    return Content("").join(parts).rstrip()


def _printed(content: Content) -> Widget:
    return HorizontalScroll(Static(content, markup=False), classes="output", can_focus=False)


def _predicted(words: str) -> Content:
    return Content.assemble((f"{text.PREDICTED}  ", "$text-muted"), (words, "$text-accent"))


def _is_picture(output: CellOutput) -> bool:
    return output.mime != "text/plain"
