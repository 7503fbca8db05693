"""Code in the lesson, in the colours that the editor has."""

from __future__ import annotations

from pygments.token import Token  # type: ignore[import-untyped]
from textual.content import Content
from textual.highlight import HighlightTheme, TokenType, highlight
from textual.widgets import Markdown
from textual.widgets.markdown import MarkdownBlock, MarkdownFence


class LessonColours(HighlightTheme):
    """Token → style; what is not named here is drawn as text."""

    STYLES: dict[TokenType, str] = {
        Token.Comment: "$foreground 55% italic",
        Token.Keyword: "$text-accent",
        Token.Keyword.Constant: "$text-warning",
        Token.Literal.Number: "$text-warning",
        Token.Literal.String: "$text-success",
        Token.Literal.String.Doc: "$text-success italic",
        Token.Name.Builtin.Pseudo: "$text-secondary italic",
        Token.Name.Class: "$text-secondary bold",
        Token.Name.Decorator: "$text-primary",
        Token.Name.Function: "$text-primary bold",
        Token.Name.Function.Magic: "$text-primary bold",
        Token.Operator.Word: "$text-accent",
    }


def coloured(source: str, language: str = "python") -> Content:
    """The code as styled text."""
    return highlight(source, language=language, theme=LessonColours)


class LessonFence(MarkdownFence):
    """A fenced block: code in our colours; without a language a picture, left as it is."""

    @classmethod
    def highlight(cls, code: str, language: str, ansi: bool = False, dark: bool = False) -> Content:
        """The block as styled text. A language is never guessed: a picture would be coloured."""
        if ansi:
            return super().highlight(code, language or "text", ansi, dark)
        return coloured(code, language or "text")


class LessonMarkdown(Markdown):
    """Markdown with such blocks."""

    BLOCKS: dict[str, type[MarkdownBlock]] = {
        **Markdown.BLOCKS,
        "fence": LessonFence,
        "code_block": LessonFence,
    }
