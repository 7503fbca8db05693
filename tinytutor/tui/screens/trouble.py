"""Something keeps the workspace from opening: what it is, and what to do."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tinytutor.tui import text


class TroubleScreen(Screen[None]):
    """A message that names the next step; any way out leads to the shell, where it is done."""

    CSS_PATH = "welcome.tcss"
    BINDINGS = [("enter,q,escape", "app.quit")]

    def __init__(self, problem: str) -> None:
        super().__init__()
        self._problem = problem

    def compose(self) -> ComposeResult:
        """The message."""
        with Vertical(id="welcome"):
            yield Static(Content(text.TROUBLE_TITLE), id="title")
            yield Static(Content(self._problem), id="about")
            yield Static(Content(text.TROUBLE_KEYS), id="keys")

    DEFAULT_CSS = "TroubleScreen { align: center middle; }"
