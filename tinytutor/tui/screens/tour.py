"""The first steps, for whoever opens the app for the first time. Can be skipped at any step."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tinytutor.tui import text
from tinytutor.tui.prose import prose


class TourDialog(ModalScreen[None]):
    """A few steps, one at a time."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [
        ("escape,q", "dismiss(None)"),
        ("enter,space,right,l,n", "go(1)"),
        ("left,h,p,backspace", "go(-1)"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._index = 0

    def compose(self) -> ComposeResult:
        """Title, words, where in the tour, keys."""
        with Vertical(classes="dialog"):
            yield Static(classes="title", markup=False)
            yield Static(id="words", markup=False)
            yield Static(classes="quiet", id="place", markup=False)

    def on_mount(self) -> None:
        """The first step."""
        self._draw()

    def on_click(self) -> None:
        """The mouse goes on, too."""
        self.action_go(1)

    def action_go(self, step: int) -> None:
        """The next step or the one before; after the last one the tour is over."""
        self._index = max(0, self._index + step)
        if self._index >= len(text.TOUR):
            self.dismiss(None)
        else:
            self._draw()

    def _draw(self) -> None:
        title, words = text.TOUR[self._index]
        self.query_one(".title", Static).update(Content.styled(title, "bold"))
        self.query_one("#words", Static).update(prose(words))
        dots = "".join("●" if n == self._index else "○" for n in range(len(text.TOUR)))
        self.query_one("#place", Static).update(
            Content.assemble("\n", (dots, "$text-accent"), f"   {text.TOUR_KEYS}")
        )
