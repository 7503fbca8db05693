"""The keys of the screen below, drawn from the one table of commands."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from tinytutor.tui import text
from tinytutor.tui.commands import Command, Place, at, key_words

_SCREENS = {
    Place.MAP: "MapScreen",
    Place.MODULE: "ModuleScreen",
    Place.LESSON: "ModuleScreen",
    Place.PROGRESS: "ProgressScreen",
    Place.REVIEW: "ReviewScreen",
}


class HelpDialog(ModalScreen[None]):
    """Keys and sentences; any of its keys closes it."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [("escape,q,question_mark,f1,enter", "dismiss(None)")]

    def __init__(self, below: Screen[Any]) -> None:
        super().__init__()
        self._below = below

    def compose(self) -> ComposeResult:
        """One block per place."""
        with Vertical(classes="dialog wide"):
            yield Static(Content.styled(text.HELP, "bold"), classes="title")
            with VerticalScroll():
                yield Static(self._keys())
            yield Static(Content("\n" + text.CLOSE_KEY), classes="quiet")

    def _keys(self) -> Content:
        blocks = []
        for place in Place:
            commands = [command for command in at(place) if command.keys and self._knows(command)]
            rows = [(key_words(command.keys), command.sentence) for command in commands]
            if place is Place.MAP and rows:
                rows = [
                    (text.HELP_WALK_KEYS, text.HELP_WALK),
                    (text.HELP_DIGIT_KEYS, text.HELP_DIGITS),
                    *rows,
                ]
            if place is Place.EVERYWHERE:
                rows.append(("Ctrl+P", text.HELP_PALETTE))
            if rows:
                blocks.append(_block(text.PLACES[place], rows))
        blocks.append(Content.styled(text.HELP_MOUSE, "$text-muted"))
        return Content("\n\n").join(blocks)

    def _knows(self, command: Command) -> bool:
        screen = _SCREENS.get(command.place)
        owner = self.app if command.call.startswith("app.") else self._below
        here = screen in (None, type(self._below).__name__)
        return here and hasattr(owner, f"action_{command.action}")


def _block(title: str, rows: list[tuple[str, str]]) -> Content:
    width = max(len(keys) for keys, _ in rows)
    lines = [Content.styled(title, "$text-primary")]
    for keys, sentence in rows:
        lines.append(Content.assemble((f"  {keys:<{width}}  ", "$text-accent"), sentence))
    return Content("\n").join(lines)
