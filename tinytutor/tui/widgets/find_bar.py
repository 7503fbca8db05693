"""A line below the editor that finds text in it."""

from __future__ import annotations

from textual import events, on
from textual.widgets import Input

from tinytutor.tui import text
from tinytutor.tui.widgets.editor import CodeEditor


class FindBar(Input):
    """Shown while it is used."""

    DEFAULT_CSS = """
    FindBar {
        display: none;
        height: 1;
        border: none;
        padding: 0 1;
        background: $panel;
        &:focus { border: none; background: $panel-lighten-1; }
        &.-open { display: block; }
    }
    """

    def __init__(self, editor: CodeEditor) -> None:
        super().__init__(placeholder=f"{text.FIND_TEXT}   {text.FIND_KEYS}", max_length=200)
        self._editor = editor

    def open(self) -> None:
        """Takes the focus, with what is selected as the text to find."""
        selected = self._editor.selected_text
        if selected and "\n" not in selected:
            self.value = selected
        self.add_class("-open")
        self.focus()

    def close(self) -> bool:
        """Gives the focus back; whether it was open."""
        if not self.has_class("-open"):
            return False
        self.remove_class("-open")
        self._editor.focus()
        return True

    def on_input_changed(self) -> None:
        """Finds while it is typed."""
        self._editor.find(self.value, here=True)

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        event.stop()
        self._editor.find(self.value)

    def on_key(self, event: events.Key) -> None:
        """Up and down go from place to place."""
        if event.key in ("up", "down"):
            event.stop()
            event.prevent_default()
            self._editor.find(self.value, backward=event.key == "up")
