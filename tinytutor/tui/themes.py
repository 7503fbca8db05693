"""Our themes, and the editor's colours, which follow whichever theme is on."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color, ColorParseError
from textual.theme import Theme
from textual.widgets.text_area import TextAreaTheme

DARK = Theme(
    name="tinytutor-dark",
    primary="#7fb4bd",
    secondary="#9aa8cf",
    accent="#e0a872",
    success="#93c183",
    warning="#dfbb6b",
    error="#e38585",
    foreground="#d7dae1",
    background="#14171c",
    surface="#1a1e25",
    panel="#232831",
    dark=True,
    variables={
        "text-muted": "#8d95a3",
        "border": "#4b5a66",
        "border-blurred": "#2b313b",
        "footer-background": "#1a1e25",
        "footer-key-foreground": "#e0a872",
        "footer-description-foreground": "#a4abb8",
        "block-cursor-background": "#31505a",
        "block-cursor-foreground": "#f2f5f8",
        "block-cursor-text-style": "none",
        "input-selection-background": "#7fb4bd 30%",
        "scrollbar": "#343c48",
        "scrollbar-hover": "#465160",
        "scrollbar-active": "#7fb4bd",
        "scrollbar-background": "#14171c",
        "scrollbar-background-hover": "#14171c",
        "scrollbar-background-active": "#14171c",
        "scrollbar-corner-color": "#14171c",
        "markdown-h1-color": "#e6e9ee",
        "markdown-h2-color": "#9fccd4",
        "markdown-h2-text-style": "bold",
        "markdown-h3-color": "#e0a872",
    },
)
LIGHT = Theme(
    name="tinytutor-light",
    primary="#1f6d78",
    secondary="#4b5d92",
    accent="#a35a17",
    success="#3a7736",
    warning="#8f6400",
    error="#b23b3b",
    foreground="#2a2d34",
    background="#fbf9f5",
    surface="#f4f1ea",
    panel="#e9e4d9",
    dark=False,
    variables={
        "text-muted": "#6c6f77",
        "border": "#a9b5b6",
        "border-blurred": "#dcd6c9",
        "footer-background": "#f4f1ea",
        "footer-key-foreground": "#a35a17",
        "footer-description-foreground": "#5d626c",
        "block-cursor-background": "#cfe3e4",
        "block-cursor-foreground": "#1b1d22",
        "block-cursor-text-style": "none",
        "input-selection-background": "#1f6d78 22%",
        "scrollbar": "#d6cfc0",
        "scrollbar-hover": "#bdb5a4",
        "scrollbar-active": "#1f6d78",
        "scrollbar-background": "#fbf9f5",
        "scrollbar-background-hover": "#fbf9f5",
        "scrollbar-background-active": "#fbf9f5",
        "scrollbar-corner-color": "#fbf9f5",
        "markdown-h1-color": "#22252b",
        "markdown-h2-color": "#1f6d78",
        "markdown-h2-text-style": "bold",
        "markdown-h3-color": "#a35a17",
    },
)
CONTRAST = Theme(
    name="tinytutor-high-contrast",
    primary="#66e0ff",
    secondary="#c9c9ff",
    accent="#ffd24d",
    success="#7dff7d",
    warning="#ffe45c",
    error="#ff8080",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#262626",
    dark=True,
    variables={
        "text-muted": "#d0d0d0",
        "border": "#ffffff",
        "border-blurred": "#8c8c8c",
        "footer-background": "#000000",
        "footer-key-foreground": "#ffd24d",
        "footer-description-foreground": "#ffffff",
        "block-cursor-background": "#ffd24d",
        "block-cursor-foreground": "#000000",
        "block-cursor-text-style": "bold",
        "input-selection-background": "#66e0ff 45%",
        "scrollbar": "#8c8c8c",
        "scrollbar-hover": "#d0d0d0",
        "scrollbar-active": "#ffffff",
        "scrollbar-background": "#000000",
        "scrollbar-background-hover": "#000000",
        "scrollbar-background-active": "#000000",
        "scrollbar-corner-color": "#000000",
        "markdown-h1-color": "#ffffff",
        "markdown-h2-color": "#66e0ff",
        "markdown-h2-text-style": "bold",
        "markdown-h3-color": "#ffd24d",
    },
)
"""White on black; text has at least 7:1 against its ground."""
COLOUR_BLIND = Theme(
    name="tinytutor-colour-blind",
    primary="#56b4e9",
    secondary="#b9b9d6",
    accent="#f0c543",
    success="#3fa9f5",
    warning="#f0e442",
    error="#ff8f3f",
    foreground="#dcdfe4",
    background="#15171b",
    surface="#1b1e23",
    panel="#262a31",
    dark=True,
    variables={
        **DARK.variables,
        "footer-key-foreground": "#f0c543",
        "scrollbar-active": "#56b4e9",
        "input-selection-background": "#56b4e9 30%",
        "markdown-h2-color": "#8ccbf0",
        "markdown-h3-color": "#f0c543",
    },
)
"""Blue for what is right, orange for what is not: told apart with any kind of colour vision."""
OURS = (DARK, LIGHT, CONTRAST, COLOUR_BLIND)

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
