"""The first screen of all: says what will be made, and makes it with one key."""

from __future__ import annotations

from pathlib import Path

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tinytutor.curriculum import Course
from tinytutor.tui import text
from tinytutor.tutor.workspace import WorkspaceError, create_workspace


class WelcomeScreen(Screen[None]):
    """Enter makes the workspace; nothing is made before."""

    CSS_PATH = "welcome.tcss"
    BINDINGS = [("enter", "make"), ("q,escape", "app.quit")]

    def __init__(self, folder: Path, course: Course) -> None:
        super().__init__()
        self._folder = folder
        self._course = course

    def compose(self) -> ComposeResult:
        """Title, what the course is, what will be made, keys."""
        with Vertical(id="welcome"):
            yield Static(Content(text.APP), id="name")
            yield Static(Content(self._course.title), id="title")
            hours = sum(module.hours for module in self._course.modules)
            about = text.welcome_course(len(self._course.modules), hours)
            yield Static(Content(about), id="about")
            yield Static(self._contents(), id="contents")
            yield Static(id="problem", markup=False)
            yield Static(Content(text.WELCOME_KEYS), id="keys")

    def on_mount(self) -> None:
        """No problem so far."""
        self.query_one("#problem").display = False

    def _contents(self) -> Content:
        lines = [
            Content.assemble((f"{text.WELCOME_WILL}  ", "$text-muted"), (str(self._folder), "bold"))
        ]
        names = text.welcome_contents(self._course.library)
        width = max(len(name) for name, _ in names)
        for name, what in names:
            lines.append(
                Content.assemble((f"  {name:<{width}}  ", "$text-primary"), (what, "$text-muted"))
            )
        return Content("\n").join(lines)

    @work(exclusive=True, thread=True)
    def action_make(self) -> None:
        """Makes the workspace in a thread: a network home may be slow."""
        try:
            create_workspace(self._folder, self._course)
        except WorkspaceError as problem:
            self.app.call_from_thread(self._show_problem, str(problem))
        else:
            self.app.call_from_thread(self._go_on)

    def _show_problem(self, problem: str) -> None:
        shown = self.query_one("#problem", Static)
        shown.update(Content(problem))
        shown.display = True

    def _go_on(self) -> None:
        open_tutor = getattr(self.app, "open_tutor", None)
        self.app.pop_screen()
        if open_tutor is not None:
            open_tutor(first_time=True)
