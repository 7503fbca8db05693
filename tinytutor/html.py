"""Self-contained HTML: a page without script or network, tables, and charts that read aloud.

Every text that goes in is escaped here; what comes out is markup and goes in unescaped as `Markup`.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NewType

Markup = NewType("Markup", str)
"""HTML that is safe to be put into a page."""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2128; --quiet: #59636e; --line: #d1d9e0;
  --panel: #f6f8fa; --accent: #0a5cad; --good: #1a7f37; --warn: #9a6700; --bad: #b3261e; --info: #57606a;
  --s1: #b3261e; --s2: #d97706; --s3: #2f6fb3; --s4: #8c959f; --s5: #1a7f37; --s6: #7c4dab; }
@media (prefers-color-scheme: dark) { :root { --paper: #0d1117; --ink: #e6edf3; --quiet: #9aa4af;
  --line: #30363d; --panel: #161b22; --accent: #6cb2ff; --good: #56d364; --warn: #e3b341; --bad: #ff8078;
  --info: #9aa4af; --s1: #ff7b72; --s2: #f0a040; --s3: #79b8ff; --s4: #6e7681; --s5: #56d364; --s6: #c297ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 62rem; background: var(--paper);
  color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.3rem; margin: 2.75rem 0 .75rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .4rem; }
p { margin: .4rem 0; } .quiet { color: var(--quiet); } ul, ol { padding-left: 1.3rem; margin: .4rem 0; }
a { color: var(--accent); } code { font: .9em ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace;
  background: var(--panel); padding: .08em .3em; border-radius: 4px; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { color: var(--quiet); font-weight: 600; } td.number, th.number { text-align: right; }
figure { margin: 1rem 0 1.5rem; } figcaption { font-weight: 600; margin-bottom: .4rem; }
svg { display: block; width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 13px; }
svg .quiet { fill: var(--quiet); } svg .axis { stroke: var(--line); }
details { margin: .4rem 0; } summary { cursor: pointer; color: var(--accent); }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 1.25rem 0; }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: .8rem 1rem; }
.card b { display: block; font-size: 1.7rem; line-height: 1.2; } .card span { color: var(--quiet); font-size: .9rem; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin: .2rem 0 .5rem; padding: 0; list-style: none;
  font-size: .9rem; } .legend i { display: inline-block; width: .8em; height: .8em; border-radius: 3px; margin-right: .4em; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); } .info { color: var(--info); }
.skip { position: absolute; left: -999px; } .skip:focus { left: 1rem; top: .5rem; }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } details > * { display: block; }
  h2, h3, figure, tr { break-inside: avoid; } h2, h3 { break-after: avoid; } a { color: inherit; } }
"""


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
        f"<style>{_STYLE}</style>",
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
    """A table; numbers stand at the right. A cell may be `Markup` made by `cell`."""
    head = tag("tr", [tag("th", text(name), scope="col") for name in headers])
    lines = []
    for row in rows:
        cells = [tag("th", _shown(row[0]), scope="row")]
        for value in row[1:]:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            cells.append(tag("td", _shown(value), class_="number") if number else tag("td", _shown(value)))
        lines.append(tag("tr", cells))
    above = [tag("caption", text(caption))] if caption else []
    table = tag("table", [*above, tag("thead", head), tag("tbody", lines)])
    return tag("div", table, class_="scroll", tabindex=0)


@dataclass(frozen=True, slots=True)
class Cell:
    """Markup that is to stand in a table as it is."""

    markup: Markup


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


_LABEL_WIDTH, _BAR_WIDTH, _ROW = 190, 520, 26


def stacked_bars(
    title: str,
    description: str,
    series: Sequence[Series],
    rows: Sequence[tuple[str, Sequence[float]]],
    *,
    unit: str = "",
) -> Markup:
    """Horizontal bars, one a row, as a figure with legend, description and a table of its data."""
    most = max((sum(values) for _, values in rows), default=0) or 1
    height = _ROW * len(rows) + 8
    parts = [tag("title", text(title)), tag("desc", text(description))]
    for number, (label, values) in enumerate(rows):
        top = 4 + number * _ROW
        short = label if len(label) <= 26 else f"{label[:25]}…"
        parts.append(tag("text", text(short), x=_LABEL_WIDTH - 10, y=top + 16, text_anchor="end"))
        left = float(_LABEL_WIDTH)
        for each, value in zip(series, values, strict=True):
            width = _BAR_WIDTH * value / most
            if width > 0:
                shown = tag("title", text(f"{label}: {each.name} {_number(value)}{unit}"))
                parts.append(
                    tag(
                        "rect", shown, x=f"{left:.1f}", y=top + 3, width=f"{max(width - 1.5, 1):.1f}",
                        height=_ROW - 8, rx=3, style=f"fill: var({each.colour})",
                    )  # fmt: skip
                )
            left += width
        total = _number(sum(values))
        parts.append(tag("text", text(f"{total}{unit}"), x=f"{left + 6:.1f}", y=top + 16, class_="quiet"))
    box = f"0 0 {_LABEL_WIDTH + _BAR_WIDTH + 70} {height}"
    picture = tag("svg", parts, viewBox=box, role="img", aria_label=f"{title}. {description}")
    headers = [title.split(",")[0], *(each.name for each in series)]
    table = data_table(headers, [(label, *values) for label, values in rows])
    return figure(title, [legend(series) if len(series) > 1 else Markup(""), picture], table)


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
