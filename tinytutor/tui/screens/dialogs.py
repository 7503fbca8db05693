"""Small questions over a screen."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from tinytutor.tui.prose import prose


class Choice(ModalScreen[bool]):
    """A question with two answers; the first is the safe one and has the focus."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [
        ("escape", "dismiss(False)"),
        ("left,up", "app.focus_previous"),
        ("right,down", "app.focus_next"),
    ]

    def __init__(self, title: str, question: str, *, no: str, yes: str) -> None:
        super().__init__()
        self._title, self._question = title, question
        self._no, self._yes = no, yes

    def compose(self) -> ComposeResult:
        """Title, question, answers."""
        with Vertical(classes="dialog"):
            yield Static(Content.styled(self._title, "bold"), classes="title")
            yield Static(prose(self._question), classes="question")
            with Horizontal(classes="answers"):
                yield Button(Content(self._no), id="no")
                yield Button(Content(self._yes), id="yes")

    @on(Button.Pressed)
    def _answered(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")
