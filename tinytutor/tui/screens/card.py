"""A text over the screen: a module's quick reference, or what a name is."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from tinytutor.tui import text


class CardDialog(ModalScreen[None]):
    """Something to read; its own key and Esc close it."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [("escape,q,r,enter,alt+q,f11,alt+d", "dismiss(None)")]

    def __init__(self, title: str, body: Widget) -> None:
        super().__init__()
        self._title = title
        self._body = body

    def compose(self) -> ComposeResult:
        """Title, text, how to close it."""
        with Vertical(classes="dialog card"):
            yield Static(Content.styled(self._title, "bold"), classes="title")
            with VerticalScroll():
                yield self._body
            yield Static(Content("\n" + text.CLOSE_KEY), classes="quiet")

    def on_mount(self) -> None:
        """The text is scrolled at once."""
        self.query_one(VerticalScroll).focus()
