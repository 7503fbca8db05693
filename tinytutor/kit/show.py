"""Tables and pictures as plain text: they look the same in a terminal, a notebook and a log."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

_EIGHTHS = " ▏▎▍▌▋▊▉█"


def table(rows: Iterable[Sequence[object]], headers: Sequence[str]) -> None:
    """Prints rows under headers, numbers to the right, text to the left.

    Floats are shown with four significant digits.
    """
    cells = [[_cell(value) for value in row] for row in rows]
    columns = list(zip(*cells, strict=True)) or [()] * len(headers)
    right = [all(_is_number(text) for text in column) for column in columns]
    widths = [max(len(text) for text in column) for column in zip(headers, *cells, strict=True)]

    def line(texts: Sequence[str]) -> str:
        aligned = (
            text.rjust(width) if to_right else text.ljust(width)
            for text, width, to_right in zip(texts, widths, right, strict=False)
        )
        return "  ".join(aligned).rstrip()

    print(line(headers))
    print("  ".join("─" * width for width in widths))
    for row in cells:
        print(line(row))


def bars(values: Mapping[str, float], *, unit: str = "", width: int = 36) -> None:
    """Prints one horizontal bar per value; all values must be 0 or more."""
    longest = max(values.values(), default=0.0) or 1.0
    label_width = max((len(label) for label in values), default=0)
    for label, value in values.items():
        eighths = round(8 * width * value / longest)
        bar = "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
        print(f"{label:<{label_width}}  {bar} {_cell(float(value))}{unit and ' ' + unit}")


def curve(
    series: Mapping[str, Sequence[tuple[float, float]]],
    *,
    x: str,
    y: str,
    log_x: bool = False,
    log_y: bool = False,
    width: int = 56,
    height: int = 12,
) -> None:
    """Prints points of one or more series in a frame, one mark per series, with both scales.

    Args:
        series: name → points (x, y). On a logarithmic scale the values must be positive.
        x: what the horizontal axis shows, with its unit.
        y: what the vertical axis shows, with its unit.
        log_x: logarithmic horizontal scale.
        log_y: logarithmic vertical scale.
        width: columns of the frame's inside.
        height: rows of the frame's inside.
    """
    points = [point for line in series.values() for point in line]
    x_low, x_high = _span([px for px, _ in points], log=log_x)
    y_low, y_high = _span([py for _, py in points], log=log_y)
    grid = [[" "] * width for _ in range(height)]
    marks = "●○▲△■□"
    if len(series) > len(marks):
        raise ValueError(f"curve draws at most {len(marks)} series, got {len(series)}")
    for mark, line in zip(marks, series.values(), strict=False):
        for px, py in line:
            column = _place(px, x_low, x_high, width, log=log_x)
            row = height - 1 - _place(py, y_low, y_high, height, log=log_y)
            grid[row][column] = mark
    top, bottom = _cell(float(y_high)), _cell(float(y_low))
    margin = max(len(top), len(bottom))
    print(" " * margin + "  " + y)
    for number, cells in enumerate(grid):
        label = top if number == 0 else bottom if number == height - 1 else ""
        print(f"{label:>{margin}} │{''.join(cells).rstrip()}")
    print(" " * margin + " └" + "─" * width)
    left, right = _cell(float(x_low)), _cell(float(x_high))
    print(" " * (margin + 2) + left + x.center(width - len(left) - len(right)) + right)
    if len(series) > 1:
        names = "   ".join(f"{mark} {name}" for mark, name in zip(marks, series, strict=False))
        print(" " * (margin + 2) + names)


def typed(pieces: Iterable[str], *, width: int = 64) -> str:
    """Prints each piece of a text as soon as it comes; returns the whole text.

    A line ends at the first space after `width` columns, and where the text has an end of line.
    """
    whole, column = "", 0
    for piece in pieces:
        for character in piece:
            ends = character == "\n" or (character == " " and column > width)
            column = 0 if ends else column + 1
            print("\n" if ends else character, end="")
        print(end="", flush=True)
        whole += piece
    print()
    return whole


def _span(values: Sequence[float], *, log: bool) -> tuple[float, float]:
    low, high = min(values), max(values)
    if log and low <= 0:
        raise ValueError(f"a logarithmic scale needs positive values, got {low}")
    return (low, high) if high > low else (low, low + 1)


def _place(value: float, low: float, high: float, cells: int, *, log: bool) -> int:
    if log:
        value, low, high = math.log(value), math.log(low), math.log(high)
    return round((value - low) / (high - low) * (cells - 1))


def _cell(value: object) -> str:
    if isinstance(value, float | np.floating):
        value = float(value)
        if value != 0 and math.isfinite(value) and not 1e-4 <= abs(value) < 1e6:
            return f"{value:.3g}"
        return f"{value:.4g}"
    return str(value)


def _is_number(text: str) -> bool:
    try:
        float(text.rstrip("x%").replace(",", ""))
    except ValueError:
        return False
    return True
