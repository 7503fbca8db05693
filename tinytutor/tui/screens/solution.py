"""The reference solution beside the student's own."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen

from tinytutor.tui import text
from tinytutor.tui.differences import first_difference
from tinytutor.tui.widgets.editor import CodeEditor
from tinytutor.tui.widgets.key_bar import KeyBar
from tinytutor.tui.widgets.top_bar import TopBar, crumbs

_LINES_BEFORE = 3


class SolutionScreen(Screen[None]):
    """Two texts to read and to copy from."""

    CSS_PATH = "solution.tcss"
    BINDINGS = [("escape", "dismiss", text.COMMANDS["back"][0]), ("q", "dismiss")]

    def __init__(self, title: str, own: str, reference: str) -> None:
        super().__init__()
        self._title = title
        self._texts = (("own", text.YOURS, own), ("reference", text.REFERENCE, reference))

    def compose(self) -> ComposeResult:
        """The two side by side, or one above the other."""
        yield TopBar()
        with Horizontal(id="both"):
            for name, title, source in self._texts:
                with Vertical(id=name) as frame:
                    frame.border_title = Content(title)
                    editor = CodeEditor(read_only=True)
                    editor.text = source
                    yield editor
        yield KeyBar()

    def on_mount(self) -> None:
        """Names the exercise."""
        self.query_one(TopBar).show(left=crumbs(self._title, text.REFERENCE))
        difference = first_difference(self._texts[0][2], self._texts[1][2])
        self.call_after_refresh(self._show_line, difference.line if difference else 0)

    def _show_line(self, line: int) -> None:
        """Both begin where they part, with a few lines before."""
        for editor in self.query(CodeEditor):
            editor.move_cursor((min(line, editor.document.line_count - 1), 0))
            editor.scroll_to(0, max(0, line - _LINES_BEFORE), animate=False)
