"""The keys of a screen in one line, and one widget: Textual's footer takes one for each key."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widgets import Static

_KEY = "key"
"""In the style of what can be clicked: which key that presses."""


class KeyBar(Static):
    """Shows what can be pressed now; a click on a key presses it."""

    DEFAULT_CSS = """
    KeyBar {
        dock: bottom;
        height: 1;
        padding: 0 1;
        color: $footer-description-foreground;
        background: $footer-background;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._tooltips: dict[str, str] = {}

    def on_mount(self) -> None:
        """Follows the focus: each pane has keys of its own."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def on_resize(self) -> None:
        """Where there is room, keys stand farther apart."""
        self._show_keys()

    def on_click(self, event: events.Click) -> None:
        """As if the key were pressed."""
        key = event.style.meta.get(_KEY)
        if key is not None:
            self.app.simulate_key(key)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Says more about the key below the pointer."""
        self.tooltip = self._tooltips.get(event.style.meta.get(_KEY, ""))

    def _changed(self, screen: Screen[object]) -> None:
        if screen is self.screen and self.is_attached:
            self._show_keys()

    def _show_keys(self) -> None:
        shown = [each for each in self.screen.active_bindings.values() if each.binding.show]
        self._tooltips = {each.binding.key: each.tooltip for each in shown}
        keys = [
            Content.assemble(
                (self.app.get_key_display(each.binding), "bold $footer-key-foreground"),
                f" {each.binding.description}",
            ).stylize(Style.from_meta({_KEY: each.binding.key}))
            for each in shown
            # An action with two bindings is shown once, by the first.
            if each is next(o for o in shown if o.binding.action == each.binding.action)
        ]
        for gap in ("   ", "  ", " "):
            line = Content(gap).join(keys)
            if line.cell_length <= self.content_size.width:
                break
        self.update(line)
