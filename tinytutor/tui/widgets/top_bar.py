"""The line at the top: where you are on the left, how far you are on the right."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static


class TopBar(Horizontal):
    """Two texts in one line; the left one gives way when there is no room for both."""

    DEFAULT_CSS = """
    TopBar {
        height: 1;
        background: $surface;
        padding: 0 1;
        & > .left { width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
        & > .right {
            width: auto;
            max-width: 75%;
            padding: 0 0 0 2;
            text-wrap: nowrap;
            color: $text-muted;
        }
    }
    """

    def compose(self) -> ComposeResult:
        """The two texts."""
        yield Static(classes="left", markup=False)
        yield Static(classes="right", markup=False)

    def show(self, *, left: Content | None = None, right: Content | None = None) -> None:
        """Puts up one text or both."""
        for name, content in (("left", left), ("right", right)):
            shown = self.query_one(f".{name}", Static)
            if content is not None and shown.content != content:
                shown.update(content)


def crumbs(*parts: str) -> Content:
    """The way to where you are, the last part strong."""
    before = [Content.styled(f"{part}  ›  ", "$text-muted") for part in parts[:-1]]
    return Content("").join([*before, Content.styled(parts[-1], "bold")])


def share_bar(share: float, width: int) -> Content:
    """A small bar, filled to `share` of its width."""
    filled = round(width * max(0.0, min(1.0, share)))
    return Content.assemble(
        Content.styled("━" * filled, "$success"),
        Content.styled("━" * (width - filled), "$border-blurred"),
    )
