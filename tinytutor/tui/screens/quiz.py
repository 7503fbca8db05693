"""Questions from modules that have passed: one at a time, the reason after each answer."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tinytutor.tui import glyphs, text
from tinytutor.tui.prose import prose
from tinytutor.tui.troubles import TROUBLES, complain
from tinytutor.tutor.quiz import Question
from tinytutor.tutor.tutor import Tutor


class QuizDialog(ModalScreen[None]):
    """Asks, tells, goes on. Esc leaves at any time; nothing is locked by an answer."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = [("escape", "dismiss(None)")]

    def __init__(self, tutor: Tutor, questions: Sequence[Question]) -> None:
        super().__init__()
        self._tutor = tutor
        self._questions = questions
        self._index = 0
        self._answered = False
        self._right = 0

    def compose(self) -> ComposeResult:
        """Question, choices, what came of the answer, keys."""
        with Vertical(classes="dialog wide-only"):
            yield Static(classes="title", markup=False)
            yield Static(classes="question", id="words", markup=False)
            yield OptionList(markup=False)
            yield Static(id="outcome", markup=False)
            yield Static(Content(text.QUIZ_KEYS), classes="quiet", id="keys")

    def on_mount(self) -> None:
        """The first question."""
        self._ask()

    def _ask(self) -> None:
        question = self._questions[self._index]
        module = self._tutor.course.module(question.module_id).label
        title = text.quiz_title(self._index + 1, len(self._questions), module)
        self.query_one(".title", Static).update(Content(title))
        self.query_one("#words", Static).update(prose(question.words, "bold"))
        choices = self.query_one(OptionList)
        choices.clear_options()
        choices.add_options(
            Option(Content.assemble((f"{number}  ", "$text-accent"), prose(choice)))
            for number, choice in enumerate(question.choices, 1)
        )
        choices.highlighted = 0
        choices.focus()
        self.query_one("#outcome").display = False
        self.query_one("#keys", Static).update(Content(text.QUIZ_KEYS))
        self._answered = False

    def on_key(self, event: events.Key) -> None:
        """A digit answers at once."""
        question = self._questions[self._index]
        if event.key.isdecimal() and not self._answered:
            event.stop()
            if 1 <= int(event.key) <= len(question.choices):
                self.query_one(OptionList).highlighted = int(event.key) - 1
                self._answer(int(event.key))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        if self._answered:
            self._go_on()
        else:
            self._answer(event.option_index + 1)

    def _answer(self, choice: int) -> None:
        question = self._questions[self._index]
        try:
            correct = self._tutor.practice.answer(question, choice)
        except TROUBLES as problem:
            complain(self, problem)
            return
        self._answered = True
        self._right += correct
        status = "passed" if correct else "failed"
        head = Content.styled(
            f"{glyphs.TEST[status]} {text.QUIZ_RIGHT if correct else text.QUIZ_WRONG}",
            f"bold {glyphs.TEST_COLOUR[status]}",
        )
        answer = Content("") if correct else prose(f"  {question.choices[question.answer - 1]}")
        outcome = self.query_one("#outcome", Static)
        outcome.update(
            Content("\n").join([Content(""), head + answer, prose(question.because), Content("")])
        )
        outcome.display = True
        self.query_one("#keys", Static).update(Content(text.QUIZ_NEXT))

    def _go_on(self) -> None:
        self._index += 1
        if self._index < len(self._questions):
            self._ask()
            return
        self.notify(text.quiz_result(self._right, len(self._questions)), markup=False)
        self.dismiss(None)
