"""Active time of the last days as bars, as styled text. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from textual.content import Content

from tinytutor.tui import text

DAYS = 14
_LINES = 3
_EIGHTHS = " ▁▂▃▄▅▆▇█"


def time_plot(days: Mapping[str, float], passed: Mapping[str, int], today: date) -> Content:
    """Bars of the last two weeks, what passed on which day below them.

    Args:
        days: UTC date in ISO form → active seconds.
        passed: UTC date → modules that passed on it.
        today: the last day shown.
    """
    shown = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    seconds = [days.get(day.isoformat(), 0.0) for day in shown]
    most = max(seconds)
    lines = [Content.styled(text.plot_title(text.duration(most)), "$text-muted")]
    if any(passed.get(day.isoformat()) for day in shown):
        lines[0] += Content.styled(f"  {text.PLOT_PASSED}", "$text-success")
    for line in range(_LINES - 1, -1, -1):
        bars = (_bar(each / most if most else 0.0, line) for each in seconds)
        lines.append(Content.styled("".join(f"{bar * 2} " for bar in bars), "$primary"))
    labels = "".join(f"{day.day:2} " for day in shown)
    lines.append(Content.styled(labels, "$text-muted"))
    counts = (passed.get(day.isoformat(), 0) for day in shown)
    marks = "".join(f"{'+' + str(count) if count else '':2} " for count in counts)
    if marks.strip():
        lines.append(Content.styled(marks, "bold $text-success"))
    return Content("\n").join(lines)


def _bar(share: float, line: int) -> str:
    """One cell of a bar, `line` counted from below; any time at all is seen."""
    eighths = round(share * _LINES * 8)
    if share and not eighths:
        eighths = 1
    return _EIGHTHS[max(0, min(8, eighths - 8 * line))]
