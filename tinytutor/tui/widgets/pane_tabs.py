"""Which pane has the room, in a window too narrow for all; a click gives it to another."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static


class PaneTabs(Static):
    """The names of the panes in one line."""

    class Chosen(Message):
        """A name was clicked."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, titles: Mapping[str, str]) -> None:
        super().__init__(markup=False, id="pane-tabs")
        self._titles = titles
        self._ends: dict[str, int] = {}

    def show(self, chosen: str) -> None:
        """Draws the names, the chosen one set off."""
        parts, end = [], 0
        for pane, title in self._titles.items():
            style = "bold $text-primary on $primary 20%" if pane == chosen else "$text-muted"
            parts.append(Content.styled(f" {title} ", style))
            end += parts[-1].cell_length
            self._ends[pane] = end
        self.update(Content("").join(parts))

    def on_click(self, event: events.Click) -> None:
        """Chooses the pane under the mouse."""
        pane = next((pane for pane, end in self._ends.items() if event.x < end), None)
        if pane is not None:
            self.post_message(self.Chosen(pane))
