"""A confusion report: one key opens it, the place is known, words are optional."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tinytutor.tui import text


class ConfusionDialog(ModalScreen[str | None]):
    """Gives the words, perhaps none; None where the student thought better of it."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [("escape,f8", "dismiss(None)")]

    def __init__(self, place: str) -> None:
        super().__init__()
        self._place = place

    def compose(self) -> ComposeResult:
        """Question, place, a line to write on."""
        with Vertical(classes="dialog"):
            yield Static(Content.styled(text.CONFUSION_TITLE, "bold"), classes="title")
            place = Content.assemble((f"{text.CONFUSION_PLACE}  ", "$text-muted"), self._place)
            yield Static(place, classes="question")
            yield Input(placeholder=text.CONFUSION_PROMPT, max_length=2000)
            yield Static(Content("\n" + text.CONFUSION_HELP), classes="quiet")

    @on(Input.Submitted)
    def _sent(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())
