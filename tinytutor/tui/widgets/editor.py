"""The editor of one exercise: Python colours, indenting, and a mark on the line that failed."""

from __future__ import annotations

import re
from typing import Any

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from tinytutor.tui import indenting, pairing
from tinytutor.tui.editor_theme import editor_theme
from tinytutor.tui.widgets.completion_list import CompletionList
from tinytutor.tutor.completion import Completion

_OTHER_USES = ("ctrl+a", "f6", "f7")
_ACTIONS = {
    key: binding.action
    for binding in TextArea.BINDINGS
    if isinstance(binding, Binding)
    for key in binding.key.split(",")
    if key not in _OTHER_USES
}
"""What keys do in every TextArea: move, delete, undo."""


class CodeEditor(TextArea):
    """A TextArea for Python that knows which of its lines an error passed through."""

    COMPONENT_CLASSES = {"code-editor--marked"}
    BINDINGS = [
        Binding("shift+tab", "shift_lines(False)", "Indent less", show=False),
        Binding("ctrl+underscore,ctrl+slash", "toggle_comments", "Comment", show=False),
    ]

    def __init__(self, *, id: str | None = None, read_only: bool = False) -> None:
        super().__init__(
            "",
            language="python",
            soft_wrap=False,
            tab_behavior="indent",
            show_line_numbers=True,
            read_only=read_only,
            id=id,
        )
        self.indent_width = indenting.WIDTH
        self.close_pairs = True
        self.completions: CompletionList | None = None
        """A list that may be open; it takes its keys first."""
        self._marked: int | None = None
        for key in ("f6", "f7"):
            # The screen has other uses for them; kept here they would change places in the footer.
            self._bindings.key_to_bindings.pop(key, None)

    def on_mount(self) -> None:
        """Takes the colours of the theme, now and whenever it changes."""
        self._follow_theme()
        self.app.theme_changed_signal.subscribe(self, self._follow_theme)

    def _follow_theme(self, _theme: object = None) -> None:
        colours = editor_theme(self.app.theme, self.app.theme_variables)
        self.register_theme(colours)
        self.theme = colours.name
        self.notify_style_update()

    @property
    def marked_line(self) -> int | None:
        """The marked line, from 1."""
        return None if self._marked is None else self._marked + 1

    def mark_line(self, line: int | None) -> None:
        """Marks a line (from 1) as the one to look at, or none."""
        marked = None if line is None else line - 1
        if marked is not None and not 0 <= marked < self.document.line_count:
            marked = None
        if marked == self._marked:
            return
        self._marked = marked
        # The drawn lines are kept by what TextArea knows of, and it knows of no marks.
        self.notify_style_update()
        self.refresh()
        if marked is not None:
            row = self.wrapped_document.location_to_offset((marked, 0)).y
            top = self.scroll_offset.y
            if not top <= row < top + self.scrollable_content_region.height:
                self.scroll_to(y=max(0, row - self.size.height // 2), animate=False)

    def get_line(self, line_index: int) -> Text:
        """The line as text, tinted where it is marked."""
        line = super().get_line(line_index)
        if line_index == self._marked:
            line.stylize(self._marked_style)
        return line

    def render_line(self, y: int) -> Strip:
        """The line, with a sign in the margin where it is marked."""
        strip = super().render_line(y)
        if self._marked is None or self._line_at(y) != self._marked:
            return strip
        column = max(0, self.gutter_width - 2)
        pointer = Strip([Segment("▶", self._marked_style + Style(bold=True))], 1)
        return Strip.join([strip.crop(0, column), pointer, strip.crop(column + 1)])

    def _line_at(self, y: int) -> int | None:
        row = y + self.scroll_offset.y
        try:
            line, section = self.wrapped_document._offset_to_line_info[row]
        except IndexError:
            return None
        return line if section == 0 else None

    @property
    def _marked_style(self) -> Style:
        return self.get_component_rich_style("code-editor--marked", partial=True)

    async def _on_key(self, event: events.Key) -> None:
        if self.read_only:
            return
        if self.completions is not None and self.completions.key(event.key):
            event.stop()
            event.prevent_default()
            return
        # Here and not as bindings, which the app looks up last: on a busy machine what is typed or
        # pasted after such a key would come before it.
        if event.key in _ACTIONS:
            event.stop()
            event.prevent_default()
            await self.run_action(_ACTIONS[event.key])
            return
        if event.key == "ctrl+a":
            event.stop()
            event.prevent_default()
            self.select_all()
            return
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            start, end = sorted(self.selection)
            before = self.document.get_line(start[0])[: start[1]]
            self._replace_via_keyboard("\n" + indenting.next_indent(before), start, end)
            return
        if event.character in pairing.PAIRS.keys() | set(pairing.PAIRS.values()):
            self._type_paired(event)
        if event.key == "tab" and self.selected_text and "\n" in self.selected_text:
            event.stop()
            event.prevent_default()
            self.action_shift_lines(True)
            return
        # `TextArea._on_key` is found and called by Textual itself, after this one.

    def complete(self, completion: Completion) -> None:
        """Writes a name out whose beginning stands before the cursor."""
        row, column = self.cursor_location
        start = (row, column - completion.typed)
        self._replace_via_keyboard(completion.name, start, (row, column))

    def _type_paired(self, event: events.Key) -> None:
        """A bracket or quote: around what is selected, with its partner, or over it."""
        char = event.character or ""
        if not self.close_pairs:
            return
        start, end = sorted(self.selection)
        if start != end:
            if char not in pairing.PAIRS:
                return
            event.stop()
            event.prevent_default()
            inner = self.selected_text
            self._replace_via_keyboard(f"{char}{inner}{pairing.PAIRS[char]}", start, end)
            return
        line = self.document.get_line(end[0])
        what = pairing.typing(char, line[: end[1]], line[end[1] :])
        if what is pairing.Typing.PLAIN:
            return
        event.stop()
        event.prevent_default()
        if what is pairing.Typing.PAIR:
            self._replace_via_keyboard(char + pairing.PAIRS[char], end, end)
        self.move_cursor((end[0], end[1] + 1))

    def find(self, words: str, *, backward: bool = False, here: bool = False) -> bool:
        """Selects the next place with these words, from the cursor and round again; whether any.

        With `here` a place that begins at the cursor counts.
        """
        whole = self.text
        spans = (
            [m.span() for m in re.finditer(re.escape(words), whole, re.IGNORECASE)] if words else []
        )
        if not spans:
            return False
        row, column = min(self.selection)
        cursor = sum(len(line) + 1 for line in whole.split("\n")[:row]) + column
        if backward:
            span = next((s for s in reversed(spans) if s[0] < cursor), spans[-1])
        else:
            span = next((s for s in spans if s[0] >= cursor + (not here)), spans[0])
        self.selection = Selection(*(_location(whole, index) for index in span))
        self.scroll_cursor_visible(animate=False)
        return True

    def action_delete_left(self) -> None:
        """Deletes to the left; within the indent to the stop before; an empty pair as a whole."""
        start, end = self.selection
        if start == end and not self.read_only:
            row, column = end
            line = self.document.get_line(row)
            if self.close_pairs and pairing.is_empty_pair(line[:column], line[column:]):
                self._delete_via_keyboard((row, column - 1), (row, column + 1))
                return
            width = indenting.backspace_width(self.document.get_line(row)[:column])
            if width > 1:
                self._delete_via_keyboard((row, column - width), end)
                return
        super().action_delete_left()

    def action_shift_lines(self, deeper: bool) -> None:
        """Moves the selected lines one indent to the right or left."""
        self._replace_lines(lambda lines: indenting.shifted(lines, deeper=deeper))

    def action_toggle_comments(self) -> None:
        """Makes the selected lines comments, or code again."""
        self._replace_lines(indenting.comments_toggled)

    def _replace_lines(self, change: Any) -> None:
        if self.read_only:
            return
        (top, _), (bottom, bottom_column) = sorted(self.selection)
        if bottom > top and bottom_column == 0:
            bottom -= 1
        lines = [self.document.get_line(row) for row in range(top, bottom + 1)]
        changed = change(lines)
        if changed == lines:
            return
        row, column = self.selection.end
        several = top != bottom
        self.replace(
            "\n".join(changed), (top, 0), (bottom, len(lines[-1])), maintain_selection_offset=False
        )
        if several:
            self.selection = type(self.selection)((top, 0), (bottom, len(changed[-1])))
        else:
            moved = max(0, column + len(changed[0]) - len(lines[0]))
            self.move_cursor((row, min(moved, len(changed[0]))))


def _location(words: str, index: int) -> tuple[int, int]:
    """Row and column of a character."""
    before = words[:index]
    return before.count("\n"), index - (before.rfind("\n") + 1)
