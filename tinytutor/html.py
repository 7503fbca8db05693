"""Self-contained HTML: a page without script or network, tables, and charts that read aloud.

Every text that goes in is escaped here; what comes out is markup and goes in unescaped as `Markup`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NewType

Markup = NewType("Markup", str)
"""HTML that is safe to be put into a page."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = Path(__file__).with_name("page.css")


def text(value: object) -> Markup:
    """Any value as text of a page."""
    return Markup(html.escape(str(value), quote=True))


def tag(name: str, content: Iterable[Markup] | Markup, **attributes: object) -> Markup:
    """`<name attributes>content</name>`; `class_` stands for `class`."""
    inner = content if isinstance(content, str) else "".join(content)
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{text(value)}"' for key, value in attributes.items()
    )
    return Markup(f"<{name}{shown}>{inner}</{name}>")


def page(title: str, body: Iterable[Markup], *, language: str = "en") -> str:
    """A whole document: no script, nothing fetched, light and dark, fit to be printed."""
    head = [
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{text(title)}</title>",
        f"<style>\n{_STYLE.read_text('utf-8')}</style>",
    ]
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{text(language)}">',
        "<head>",
        *head,
        "</head>",
        "<body>",
        '<a class="skip" href="#content">Skip to the content</a>',
        '<main id="content">',
        *body,
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def data_table(
    headers: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str = ""
) -> Markup:
    """A table; columns of numbers stand at the right, under their heading."""
    rows = list(rows)
    columns = zip(*rows, strict=True) if rows else ((),) * len(headers)
    styles = [_style(column) if place else {} for place, column in enumerate(columns)]
    head = tag(
        "tr",
        [
            tag("th", text(name), scope="col", **style)
            for name, style in zip(headers, styles, strict=True)
        ],
    )
    lines = []
    for row in rows:
        cells = [tag("th", _shown(row[0]), scope="row")]
        cells += [
            tag("td", _shown(value), **style)
            for value, style in zip(row[1:], styles[1:], strict=True)
        ]
        lines.append(tag("tr", cells))
    above = [tag("caption", text(caption))] if caption else []
    table = tag("table", [*above, tag("thead", head), tag("tbody", lines)])
    return tag("div", table, class_="scroll", tabindex=0)


@dataclass(frozen=True, slots=True)
class Cell:
    """Markup that is to stand in a table as it is."""

    markup: Markup


_NUMBER = re.compile(r"[+-]?[\d.,]+( ?(%|h|min))?")
_LONG = 40


def _style(column: Sequence[object]) -> dict[str, object]:
    """A column of numbers, also as text with their unit, or of long words, or of neither."""
    told = [value for value in column if value not in (None, "–")]
    if any(isinstance(value, Cell) or len(str(value)) > _LONG for value in told):
        return {"class_": "words"}
    numbers = told and all(
        _NUMBER.fullmatch(value) if isinstance(value, str) else isinstance(value, int | float)
        for value in told
    )
    return {"class_": "number"} if numbers else {}


def _shown(value: object) -> Markup:
    if isinstance(value, Cell):
        return value.markup
    if isinstance(value, float):
        return text(f"{value:.2f}".rstrip("0").rstrip("."))
    return text("–" if value is None else value)


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of value in a chart."""

    name: str
    colour: str
    """A variable of the page's style: `--s1` to `--s6`."""


_BAR_WIDTH, _ROW = 470, 26
_MOST_LETTERS, _LETTER_WIDTH = 32, 7.4


def short_label(label: str) -> str:
    """The label of a chart's row, cut where it would take the picture's place."""
    return label if len(label) <= _MOST_LETTERS else f"{label[: _MOST_LETTERS - 1]}…"


def label_width(labels: Iterable[str]) -> int:
    """Room at the left of a chart for the longest of its labels."""
    return 24 + round(_LETTER_WIDTH * max((len(short_label(each)) for each in labels), default=0))


def stacked_bars(
    title: str,
    description: str,
    series: Sequence[Series],
    rows: Sequence[tuple[str, Sequence[float]]],
    *,
    unit: str = "",
    table: Markup | None = None,
) -> Markup:
    """Horizontal bars, one a row, as a figure with legend, description and a table of its data.

    `table` stands in for the plain one where more can be told.
    """
    room = label_width(label for label, _ in rows)
    most = max((sum(values) for _, values in rows), default=0) or 1
    height = _ROW * len(rows) + 8
    parts = [tag("title", text(title)), tag("desc", text(description))]
    for number, (label, values) in enumerate(rows):
        top = 4 + number * _ROW
        parts.append(
            tag("text", text(short_label(label)), x=room - 10, y=top + 16, text_anchor="end")
        )
        left = float(room)
        for each, value in zip(series, values, strict=True):
            width = _BAR_WIDTH * value / most
            if width > 0:
                shown = tag("title", text(f"{label}: {each.name} {_number(value)}{unit}"))
                parts.append(
                    tag(
                        "rect",
                        shown,
                        x=f"{left:.1f}",
                        y=top + 3,
                        width=f"{max(width - 1.5, 1):.1f}",
                        height=_ROW - 8,
                        rx=3,
                        style=f"fill: var({each.colour})",
                    )
                )
            left += width
        total = _number(sum(values))
        parts.append(
            tag("text", text(f"{total}{unit}"), x=f"{left + 6:.1f}", y=top + 16, class_="quiet")
        )
    box = f"0 0 {room + _BAR_WIDTH + 70} {height}"
    picture = tag("svg", parts, viewBox=box, role="img", aria_label=f"{title}. {description}")
    if table is None:
        headers = [title.split(",", maxsplit=1)[0], *(each.name for each in series)]
        table = data_table(headers, [(label, *values) for label, values in rows])
    key = [legend(series)] if len(series) > 1 else []
    return figure(title, [*key, scrolling(picture)], table)


def scrolling(picture: Markup) -> Markup:
    """A picture that keeps a size in which it can be read, and scrolls on a narrow screen."""
    return tag("div", picture, class_="scroll", tabindex=0)


def figure(title: str, content: Sequence[Markup], table: Markup) -> Markup:
    """A picture under its title, with its data as a table to be opened."""
    data = tag("details", [tag("summary", text("The data as a table")), table])
    return tag("figure", [tag("figcaption", text(title)), *content, data])


def legend(series: Sequence[Series]) -> Markup:
    """What the colours of a chart stand for."""
    items = [
        tag("li", [tag("i", Markup(""), style=f"background: var({each.colour})"), text(each.name)])
        for each in series
    ]
    return tag("ul", items, class_="legend")


def card(value: str, words: str, tone: str = "") -> Markup:
    """A figure in large, with what it is; `tone` is good, warn, bad or nothing."""
    return tag("div", [tag("b", text(value), class_=tone), tag("span", text(words))], class_="card")


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
