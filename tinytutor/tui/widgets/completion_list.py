"""Names that fit, in a small list at the cursor. The editor keeps the focus and hands keys on."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tinytutor.tutor.completion import Completion


class CompletionList(OptionList, can_focus=False):
    """Shown while there is something to choose."""

    DEFAULT_CSS = """
    CompletionList {
        display: none;
        overlay: screen;
        constrain: inside inflect;
        width: auto;
        min-width: 24;
        max-width: 48;
        height: auto;
        max-height: 8;
        padding: 0 1;
        border: none;
        background: $panel;
        scrollbar-size: 1 1;
        &.-open { display: block; }
    }
    """

    class Chosen(Message):
        """A name was chosen."""

        def __init__(self, completion: Completion) -> None:
            super().__init__()
            self.completion = completion

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._found: Sequence[Completion] = ()

    @property
    def is_open(self) -> bool:
        """Whether there is something to choose."""
        return self.has_class("-open")

    def open(self, found: Sequence[Completion], cursor: Offset) -> None:
        """Puts the names below the cursor, a place on the screen."""
        self._found = found
        self.clear_options()
        self.add_options(
            Option(Content.assemble(each.name, (f"  {each.kind}", "$text-muted"))) for each in found
        )
        self.highlighted = 0
        self.absolute_offset = cursor + Offset(0, 1)
        self.add_class("-open")

    def close(self) -> None:
        """Takes it away."""
        self.remove_class("-open")

    def key(self, key: str) -> bool:
        """Takes a key that is for the list; whether it was."""
        if not self.is_open:
            return False
        if key in ("enter", "tab"):
            self._choose(self.highlighted or 0)
        elif key == "down":
            self.action_cursor_down()
        elif key == "up":
            self.action_cursor_up()
        else:
            self.close()
            return key == "escape"
        return True

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """The mouse chooses, too."""
        event.stop()
        self._choose(event.option_index)

    def _choose(self, index: int) -> None:
        self.close()
        if index < len(self._found):
            self.post_message(self.Chosen(self._found[index]))
