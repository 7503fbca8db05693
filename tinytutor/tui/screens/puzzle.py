"""A Parsons problem: the lines of an exercise's core, to be put in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tinytutor.tui import glyphs, text
from tinytutor.tui.widgets.lesson_code import coloured
from tinytutor.tutor.puzzles import Puzzle

Judge = Callable[[Sequence[str]], int | None]
"""Index of the first wrong line of an order, None where it is right."""


class PuzzleDialog(ModalScreen[None]):
    """Lines above are the answer so far, lines below are left; a full answer is judged at once."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [("escape", "dismiss(None)"), ("backspace,delete", "take_back")]

    def __init__(self, title: str, puzzle: Puzzle, judge: Judge) -> None:
        super().__init__()
        self._title = title
        self._puzzle = puzzle
        self._judge = judge
        self._left = list(puzzle.pieces)
        self._order: list[str] = []
        self._wrong: int | None = None
        self._solved = False

    def compose(self) -> ComposeResult:
        """Answer, pieces, keys."""
        with Vertical(classes="dialog puzzle"):
            yield Static(Content.styled(self._title, "bold"), classes="title")
            yield Static(Content.styled(text.PUZZLE_YOURS, "$text-muted"))
            with VerticalScroll(id="order-scroll", can_focus=False):
                yield Static(id="order", markup=False)
            yield Static(id="outcome", markup=False)
            yield Static(Content.styled(text.PUZZLE_LEFT, "$text-muted"))
            yield OptionList(markup=False)
            yield Static(Content("\n" + text.PUZZLE_KEYS), classes="quiet")

    def on_mount(self) -> None:
        """Nothing is in order yet."""
        self._draw()
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _taken(self, event: OptionList.OptionSelected) -> None:
        if self._solved or len(self._order) == len(self._puzzle.solution):
            return
        self._order.append(self._left.pop(event.option_index))
        if len(self._order) == len(self._puzzle.solution):
            self._wrong = self._judge(self._order)
            self._solved = self._wrong is None
        self._draw()

    def action_take_back(self) -> None:
        """The last line goes back to the others."""
        if self._order and not self._solved:
            self._left.append(self._order.pop())
            self._wrong = None
            self._draw()

    def _draw(self) -> None:
        lines = []
        for index, line in enumerate(self._order):
            sign = glyphs.TEST["failed"] if index == self._wrong else " "
            lines.append(
                Content.assemble((f"{sign} {index + 1:2}  ", "$text-error"), coloured(line))
            )
        self.query_one("#order", Static).update(Content("\n").join(lines))
        self.query_one("#order-scroll").scroll_end(animate=False)
        needs = text.puzzle_needs(len(self._order), len(self._puzzle.solution))
        if self._solved:
            said = Content.styled(text.PUZZLE_RIGHT, "bold $text-success")
        elif self._wrong is not None:
            said = Content.styled(text.puzzle_wrong(self._wrong + 1), "$text-error")
        else:
            said = Content.styled(needs, "$text-muted")
        self.query_one("#outcome", Static).update(Content("\n").join([said, Content("")]))
        pieces = self.query_one(OptionList)
        chosen = pieces.highlighted or 0
        pieces.clear_options()
        pieces.add_options(Option(coloured(line)) for line in self._left)
        pieces.highlighted = min(chosen, len(self._left) - 1) if self._left else None
