"""The editor's colours, which follow whichever theme is on."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color, ColorParseError
from textual.widgets.text_area import TextAreaTheme

_SYNTAX: Mapping[str, tuple[str, str]] = {
    "keyword": ("text-accent", ""),
    "keyword.function": ("text-accent", ""),
    "keyword.return": ("text-accent", ""),
    "keyword.operator": ("text-accent", ""),
    "conditional": ("text-accent", ""),
    "repeat": ("text-accent", ""),
    "exception": ("text-accent", ""),
    "include": ("text-accent", ""),
    "string": ("text-success", ""),
    "string.documentation": ("text-success", "italic"),
    "comment": ("text-muted", "italic"),
    "number": ("text-warning", ""),
    "float": ("text-warning", ""),
    "boolean": ("text-warning", ""),
    "constant.builtin": ("text-warning", ""),
    "class": ("text-secondary", "bold"),
    "type": ("text-secondary", ""),
    "type.class": ("text-secondary", "bold"),
    "type.builtin": ("text-secondary", ""),
    "function": ("text-primary", "bold"),
    "function.call": ("text-primary", ""),
    "method": ("text-primary", "bold"),
    "method.call": ("text-primary", ""),
    "variable.builtin": ("text-secondary", "italic"),
}
"""Token of the highlighter → variable of the theme, and an attribute."""


def editor_theme(app_theme: str, variables: Mapping[str, str]) -> TextAreaTheme:
    """The editor's syntax colours from the variables of the app's theme."""
    foreground = _colour(variables, "foreground", Color(216, 218, 225))
    background = _colour(variables, "surface", Color(26, 30, 37))
    muted = background.blend(foreground, 0.55)
    styles = {}
    for token, (variable, attribute) in _SYNTAX.items():
        fallback = muted if variable == "text-muted" else foreground
        colour = muted if variable == "text-muted" else _colour(variables, variable, fallback)
        styles[token] = Style.parse(attribute) + Style.from_color(colour.rich_color)
    return TextAreaTheme(name=f"follows {app_theme}", syntax_styles=styles)


def _colour(variables: Mapping[str, str], name: str, fallback: Color) -> Color:
    try:
        colour = Color.parse(variables[name])
    except (KeyError, ColorParseError):
        return fallback
    # A colour of the terminal's own palette, or a see-through one, can't be blended with another.
    return fallback if colour.a < 1 and name in ("foreground", "surface") else colour
