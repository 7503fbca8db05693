"""Pictures of the report as SVG, each read aloud by a description and with its data as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tinytutor.cohort.report.words import per_one
from tinytutor.cohort.statistics.survival import SurvivalCurve
from tinytutor.html import (
    Markup,
    data_table,
    figure,
    label_width,
    scrolling,
    short_label,
    tag,
    text,
)

_PLOT, _ROW = 470, 26
_RIGHT = 60


@dataclass(frozen=True, slots=True)
class Interval:
    """A row of a chart: a value with the range around it."""

    label: str
    low: float
    value: float | None
    """None: not reached; only the range is drawn."""
    high: float | None
    """None: open to the right."""
    mark: float | None = None
    """What was expected, drawn as a thin line."""


def interval_chart(
    title: str,
    description: str,
    rows: Sequence[Interval],
    table: Markup,
    *,
    unit: str,
    mark_words: str = "",
) -> Markup:
    """A dot with its range on each row, over a scale from 0."""
    found = [v for row in rows for v in (row.value, row.high, row.mark, row.low) if v is not None]
    most = _round_up(max(found, default=1.0))
    room = label_width(row.label for row in rows)
    parts = [*_axis(room, most, len(rows), unit)]
    for number, row in enumerate(rows):
        middle = 4 + number * _ROW + _ROW / 2
        end = most if row.high is None else row.high
        parts.append(_label(room, row.label, middle))
        words = _interval_words(row, unit)
        line = tag(
            "line", tag("title", text(words)), x1=_x(room, row.low, most), x2=_x(room, end, most),
            y1=middle, y2=middle, style="stroke: var(--s3); stroke-width: 5; stroke-opacity: .35",
        )  # fmt: skip
        parts.append(line)
        if row.mark is not None:
            mark = "stroke: var(--s2); stroke-width: 2"
            at = _x(room, row.mark, most)
            parts.append(_line(at, middle - 9, at, middle + 9, mark))
        if row.value is not None:
            dot = tag("title", text(words))
            at = _x(room, row.value, most)
            parts.append(tag("circle", dot, cx=at, cy=middle, r=5, style="fill: var(--s3)"))
    key = tag("p", text(mark_words), class_="quiet") if mark_words else Markup("")
    return figure(title, [_svg(room, parts, len(rows), title, description), key], table)


def strip_chart(
    title: str,
    description: str,
    rows: Sequence[tuple[str, Sequence[tuple[float, str, bool]]]],
    table: Markup,
) -> Markup:
    """Dots between 0 and 100 % on each row; noticeable ones are larger, of another shape.

    Each dot is a share, its words, and whether it is noticeable.
    """
    room = label_width(label for label, _ in rows)
    parts = [*_axis(room, 1.0, len(rows), "", percent=True)]
    for number, (label, dots) in enumerate(rows):
        middle = 4 + number * _ROW + _ROW / 2
        parts.append(_label(room, label, middle))
        for share, words, noticeable in dots:
            at, told = _x(room, share, 1.0), tag("title", text(words))
            if noticeable:
                foot = f"{middle + 5:.1f}"
                points = f"{at},{middle - 8:.1f} {at + 7:.1f},{foot} {at - 7:.1f},{foot}"
                parts.append(tag("polygon", told, points=points, style="fill: var(--s1)"))
            else:
                style = "fill: var(--s3); fill-opacity: .7"
                parts.append(tag("circle", told, cx=at, cy=middle, r=5, style=style))
    key = tag("p", text("● a test   ▲ a test that is worth a look"), class_="quiet")
    return figure(title, [_svg(room, parts, len(rows), title, description), key], table)


def curve_grid(
    title: str,
    description: str,
    curves: Sequence[tuple[str, SurvivalCurve]],
    table: Markup,
    *,
    columns: int = 4,
) -> Markup:
    """A small curve for each module: the share that has completed, over hours, with its range."""
    width, height, gap = 170, 96, 24
    parts: list[Markup] = []
    for number, (label, curve) in enumerate(curves):
        left = (number % columns) * (width + gap) + 4
        top = (number // columns) * (height + 58) + 20
        most = float(curve.times[-1]) if len(curve.times) else 1.0
        parts.append(tag("text", text(label), x=left, y=top - 6))
        box = "fill: none; stroke: var(--line)"
        parts.append(tag("rect", Markup(""), x=left, y=top, width=width, height=height, style=box))
        half = top + height / 2
        parts.append(_line(left, half, left + width, half, "stroke: var(--line)", dashes="3 3"))
        if len(curve.times):
            parts += _curve(curve, left, top, width, height, most)
        for at, words in ((left, "0"), (left + width, f"{most:.3g} h")):
            anchor = "start" if at == left else "end"
            parts.append(
                tag(
                    "text",
                    text(words),
                    x=at,
                    y=top + height + 16,
                    text_anchor=anchor,
                    class_="quiet",
                )
            )
    rows = (len(curves) + columns - 1) // columns
    picture = tag(
        "svg", [tag("title", text(title)), tag("desc", text(description)), *parts],
        viewBox=f"0 0 {columns * (width + gap)} {rows * (height + 58) + 4}", role="img",
        aria_label=f"{title}. {description}",
    )  # fmt: skip
    return figure(title, [scrolling(picture)], table)


def _curve(
    curve: SurvivalCurve, left: float, top: float, width: float, height: float, most: float
) -> list[Markup]:
    def place(time: float, remaining: float) -> str:
        return f"{left + width * time / most:.1f},{top + height * remaining:.1f}"

    def steps(values: Sequence[float]) -> list[tuple[float, float]]:
        found, before = [(0.0, 1.0)], 1.0
        for time, value in zip(times, values, strict=True):
            found += [(time, before), (time, value)]
            before = value
        return found

    # More points than pixels say nothing more.
    drawn = curve.thinned(160)
    times = drawn.times.tolist()
    shares, low, high = drawn.share.tolist(), drawn.low.tolist(), drawn.high.tolist()
    around = [*steps(high), *reversed(steps(low))]
    band = tag(
        "polygon", Markup(""), points=" ".join(place(*point) for point in around),
        style="fill: var(--s3); fill-opacity: .18",
    )  # fmt: skip
    line = tag(
        "polyline", Markup(""), points=" ".join(place(*point) for point in steps(shares)),
        style="fill: none; stroke: var(--s3); stroke-width: 2",
    )  # fmt: skip
    return [band, line]


def paired_bars(
    title: str,
    description: str,
    names: tuple[str, str],
    rows: Sequence[tuple[str, float | None, float | None]],
    *,
    unit: str,
) -> Markup:
    """Two values on each row, each over a scale of its own half of the picture."""
    room = label_width(label for label, _, _ in rows)
    half = (_PLOT - 40) / 2
    tops = (
        max((left or 0.0 for _, left, _ in rows), default=0.0) or 1.0,
        max((right or 0.0 for _, _, right in rows), default=0.0) or 1.0,
    )
    parts = []
    for side, name in enumerate(names):
        at = room + side * (half + 40)
        parts.append(tag("text", text(name), x=at, y=14, class_="quiet"))
    for number, (label, left, right) in enumerate(rows):
        middle = 22 + number * _ROW + _ROW / 2
        parts.append(_label(room, label, middle))
        for side, value in enumerate((left, right)):
            at = room + side * (half + 40)
            if value is None:
                parts.append(tag("text", text("–"), x=at, y=middle + 4, class_="quiet"))
                continue
            length = (half - 40) * value / tops[side]
            style = f"fill: var({('--s2', '--s6')[side]})"
            bar = tag("title", text(f"{label}: {names[side]} {per_one(value)}{unit}"))
            parts.append(
                tag(
                    "rect",
                    bar,
                    x=at,
                    y=middle - 8,
                    width=f"{max(length, 1):.1f}",
                    height=16,
                    rx=3,
                    style=style,
                )
            )
            shown = per_one(value)
            parts.append(
                tag("text", text(shown), x=f"{at + length + 6:.1f}", y=middle + 4, class_="quiet")
            )
    table = data_table(("module", *names), rows)
    box = f"0 0 {room + _PLOT + _RIGHT} {22 + _ROW * len(rows) + 6}"
    picture = tag(
        "svg", [tag("title", text(title)), tag("desc", text(description)), *parts], viewBox=box,
        role="img", aria_label=f"{title}. {description}",
    )  # fmt: skip
    return figure(title, [scrolling(picture)], table)


def _svg(room: int, parts: Sequence[Markup], rows: int, title: str, description: str) -> Markup:
    box = f"0 0 {room + _PLOT + _RIGHT} {_ROW * rows + 34}"
    head = [tag("title", text(title)), tag("desc", text(description))]
    words = f"{title}. {description}"
    return scrolling(tag("svg", [*head, *parts], viewBox=box, role="img", aria_label=words))


def _axis(room: int, most: float, rows: int, unit: str, *, percent: bool = False) -> list[Markup]:
    bottom = 4 + rows * _ROW
    parts = []
    for step in range(5):
        value = most * step / 4
        at = _x(room, value, most)
        parts.append(_line(at, 4, at, bottom, "stroke: var(--line)"))
        words = f"{value:.0%}" if percent else f"{value:g}{unit}"
        parts.append(
            tag("text", text(words), x=at, y=bottom + 18, text_anchor="middle", class_="quiet")
        )
    return parts


def _label(room: int, label: str, middle: float) -> Markup:
    return tag("text", text(short_label(label)), x=room - 10, y=middle + 4, text_anchor="end")


def _line(x1: float, y1: float, x2: float, y2: float, style: str, *, dashes: str = "") -> Markup:
    more = {"stroke_dasharray": dashes} if dashes else {}
    return tag("line", Markup(""), x1=x1, y1=y1, x2=x2, y2=y2, style=style, **more)


def _x(room: int, value: float, most: float) -> float:
    return round(room + _PLOT * min(value, most) / most, 1)


def _round_up(value: float) -> float:
    """The next number that makes a scale of four easy steps."""
    if value <= 0:
        return 1.0
    scale = 1.0
    while value > 10 * scale:
        scale *= 10
    while value <= scale:
        scale /= 10
    return next(step * scale for step in (1, 2, 4, 6, 8, 10) if value <= step * scale * 1.0000001)


def _interval_words(row: Interval, unit: str) -> str:
    value = "not reached" if row.value is None else f"{row.value:.3g}{unit}"
    high = "open" if row.high is None else f"{row.high:.3g}{unit}"
    return f"{row.label}: {value} ({row.low:.3g}{unit} to {high})"
