"""The sections of a lesson, to jump to."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tinytutor.tui import glyphs, text
from tinytutor.tui.module_state import ModuleState


class OutlineDialog(ModalScreen[int | None]):
    """Gives the index of the section chosen."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [("escape,ctrl+o", "dismiss(None)"), ("j", "down"), ("k", "up")]

    def __init__(self, state: ModuleState) -> None:
        super().__init__()
        self._state = state

    def compose(self) -> ComposeResult:
        """A list of titles, with the state of their exercises."""
        with Vertical(classes="dialog"):
            yield Static(Content.styled(text.OUTLINE, "bold"), classes="title")
            yield OptionList(*self._options(), markup=False)

    def on_mount(self) -> None:
        """Begins at the section on screen."""
        self.query_one(OptionList).highlighted = self._state.section_index

    def _options(self) -> list[Option]:
        exercises = {exercise.id: exercise for exercise in self._state.lesson.exercises}
        options = []
        for section in self._state.lesson.sections:
            exercise = exercises.get(section.exercise_id or "")
            sign = Content("  ")
            if exercise is not None:
                status = self._state.status(exercise)
                sign = Content.styled(f"{glyphs.TEST[status]} ", glyphs.TEST_COLOUR[status])
            options.append(Option(Content.assemble(sign, Content(section.title))))
        return options

    def action_down(self) -> None:
        """One title on."""
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        """One title back."""
        self.query_one(OptionList).action_cursor_up()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)
