"""Theme and habits; a choice holds at once and is kept."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Checkbox, OptionList, Static
from textual.widgets.option_list import Option

from tinytutor.tui import text
from tinytutor.tui.settings import Settings


class SettingsDialog(ModalScreen[None]):
    """Themes as a list, habits as boxes to tick."""

    CSS_PATH = ["dialogs.tcss", "settings.tcss"]
    BINDINGS = [("escape", "dismiss(None)")]

    def __init__(self, settings: Settings, where: str) -> None:
        super().__init__()
        self._settings = settings
        self._where = where
        self._habits = (
            ("celebrate", text.SETTING_CELEBRATE, settings.celebrate),
            ("run_on_outside_save", text.SETTING_OUTSIDE, settings.run_on_outside_save),
            ("quiz", text.SETTING_QUIZ, settings.quiz),
            ("close_pairs", text.SETTING_PAIRS, settings.close_pairs),
            ("soft_wrap", text.SETTING_WRAP, settings.soft_wrap),
        )

    def compose(self) -> ComposeResult:
        """Theme, habits, where it is kept."""
        with Vertical(classes="dialog"):
            yield Static(Content.styled(text.SETTINGS, "bold"), classes="title")
            yield Static(Content(text.SETTING_THEME), classes="quiet")
            names = sorted(self.app.available_themes, key=lambda n: (not n.startswith("tiny"), n))
            yield OptionList(*(Option(name, id=name) for name in names), markup=False)
            for name, label, value in self._habits:
                yield Checkbox(Content(label), value, id=name)
            yield Static(Content(text.SETTINGS_HELP), classes="quiet")
            yield Static(Content(text.settings_where(self._where)), classes="quiet")

    def on_mount(self) -> None:
        """Begins at the theme that is on."""
        themes = self.query_one(OptionList)
        themes.highlighted = themes.get_option_index(self.app.theme)

    @on(OptionList.OptionSelected)
    def _theme(self, event: OptionList.OptionSelected) -> None:
        self.app.theme = event.option.id or self.app.theme

    @on(Checkbox.Changed)
    def _habit(self, event: Checkbox.Changed) -> None:
        change: Any = getattr(self.app, "change_settings", None)
        if change is not None:
            change(**{event.checkbox.id or "": event.value})
