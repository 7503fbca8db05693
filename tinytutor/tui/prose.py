"""Sentences with `code` in them, as the app shows them. Outside text is never read as markup."""

from __future__ import annotations

import re

from textual.content import Content

_CODE = re.compile(r"`([^`\n]+)`")


def prose(words: str, style: str = "") -> Content:
    """A sentence, the code in it set apart by colour in place of its backticks."""
    parts: list[Content] = []
    end = 0
    for match in _CODE.finditer(words):
        parts += [Content(words[end : match.start()]), Content.styled(match[1], "$text-accent")]
        end = match.end()
    content = Content("").join([*parts, Content(words[end:])])
    return content.stylize_before(style) if style else content
