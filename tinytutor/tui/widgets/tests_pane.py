"""The tests of a module: a strip of all, and what the one of the exercise in the editor said."""

from __future__ import annotations

import time

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tinytutor.tui import tests_view, text
from tinytutor.tui.module_state import ModuleState


class TestStrip(Static):
    """One chip per exercise; a click on it chooses the exercise."""

    class Chosen(Message):
        """A chip was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self) -> None:
        super().__init__(markup=False, id="strip")
        self._ends: list[int] = []

    def show(self, state: ModuleState) -> None:
        """Draws the chips."""
        chips = [tests_view.chip(state, n) for n in range(len(state.lesson.exercises))]
        self._ends, end = [], 0
        for one in chips:
            end += one.cell_length
            self._ends.append(end)
        self.update(Content("").join(chips))

    def on_click(self, event: events.Click) -> None:
        """Chooses the exercise under the mouse."""
        index = next((n for n, end in enumerate(self._ends) if event.x < end), None)
        if index is not None:
            self.post_message(self.Chosen(index))


class TestsPane(Vertical):
    """Strip, the line of the run under way, and the result, which scrolls."""

    def compose(self) -> ComposeResult:
        """Strip above, result below."""
        yield TestStrip()
        yield Static(id="run-line", markup=False)
        with VerticalScroll(id="result-scroll"):
            yield Static(id="result", markup=False)

    def on_mount(self) -> None:
        """Says in its frame what it is."""
        self.border_title = Content(text.TESTS)
        self.query_one("#run-line").display = False

    def show(self, state: ModuleState) -> None:
        """Draws what the state holds."""
        self.query_one(TestStrip).show(state)
        self.query_one("#result", Static).update(tests_view.body(state, time.monotonic()))

    def show_run(self, line: Content | None) -> None:
        """Puts up the line of a run under way, or takes it away."""
        run_line = self.query_one("#run-line", Static)
        run_line.display = line is not None
        if line is not None:
            run_line.update(line)

    def scroll_home_now(self) -> None:
        """Back to the first line, for a new result."""
        self.query_one("#result-scroll").scroll_home(animate=False)

    def scroll_to_end(self) -> None:
        """To the last line, where a new hint stands."""
        self.query_one("#result-scroll").scroll_end(animate=False)
