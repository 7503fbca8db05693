"""A module has passed: what it unlocked and what it took. The next step waits for a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Center, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tinytutor.tui import glyphs, text


@dataclass(frozen=True, slots=True)
class Pass:
    """What there is to tell."""

    title: str
    unlocked: Sequence[str]
    """Titles of the modules that are open now."""
    active_seconds: float
    attempts: int
    tests: int
    library_file: str
    everything: bool
    """Whether no module is left."""


class Celebration(ModalScreen[bool]):
    """Gives True for the map, False for staying."""

    CSS_PATH = ["dialogs.tcss", "celebration.tcss"]
    BINDINGS = [("enter", "dismiss(True)"), ("s,escape", "dismiss(False)")]

    def __init__(self, passed: Pass) -> None:
        super().__init__()
        self._passed = passed

    def compose(self) -> ComposeResult:
        """A few quiet lines."""
        passed = self._passed
        with Vertical(classes="dialog"):
            yield Static(Content(glyphs.STATE["passed"]), classes="sign")
            yield Static(Content(f"{passed.title} {text.PASSED_TITLE}"), classes="headline")
            yield Static(self._figures(), classes="figures")
            with Center():
                yield Static(self._unlocked(), classes="unlocked")
            if passed.library_file:
                words = Content.assemble(
                    (f"{text.IN_LIBRARY}  ", "$text-muted"), passed.library_file
                )
                yield Static(words, classes="library")
            yield Static(Content(text.PASS_NEXT), classes="quiet keys")

    def _figures(self) -> Content:
        passed = self._passed
        figures = (
            (text.tests_passed(passed.tests, passed.tests), ""),
            (text.duration(passed.active_seconds), text.TOOK),
            (str(passed.attempts), text.ATTEMPTS),
        )
        return Content("     ").join(
            Content.assemble((value, "bold $text-accent"), (f" {name}", "$text-muted"))
            for value, name in figures
        )

    def _unlocked(self) -> Content:
        passed = self._passed
        if passed.everything:
            return Content(text.COURSE_DONE)
        if not passed.unlocked:
            return Content.styled(text.UNLOCKED_NONE, "$text-muted")
        lines = [Content.styled(text.UNLOCKED, "$text-muted")]
        sign = glyphs.STATE["open"]
        lines += [
            Content.assemble((f"{sign} ", "$text-primary"), (title, "bold $text-primary"))
            for title in passed.unlocked
        ]
        return Content("\n").join(lines)
