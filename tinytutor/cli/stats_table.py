"""The student's metrics as lines of text. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tinytutor.cli.output import Piece, Tone
from tinytutor.curriculum import Course

if TYPE_CHECKING:
    from tinytutor.progress.metrics import Metrics, ModuleMetrics

_HEADINGS = (
    "module",
    "done",
    "active",
    "elapsed",
    "tests",
    "pass rate",
    "checks",
    "errors",
    "hints",
    "confused",
)


def table_lines(metrics: Metrics, course: Course) -> Iterator[tuple[Piece, ...]]:
    """One line per module that was started, then the whole."""
    started = [module for module in metrics.modules if module.started]
    done = f"{metrics.completed} of {len(metrics.modules)} modules passed"
    if started:
        rows = [_HEADINGS, *(_row(module, course) for module in started)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for number, row in enumerate(rows):
            yield ((_aligned(row, widths), Tone.PLAIN if number else Tone.QUIET),)
        yield ()
    yield (
        (f"{done}, ", Tone.STRONG),
        f"{duration(metrics.active_seconds)} active, {duration(metrics.elapsed_seconds)} elapsed.",
    )
    hours = sum(course.module(m.module_id).hours for m in metrics.modules if not m.completed)
    if hours:
        yield (f"What is left is planned for about {hours:g} h of active time.",)
    if not started:
        yield (("Next: ", Tone.QUIET), ("tinytutor map", Tone.STRONG))


def duration(seconds: float) -> str:
    """A time as a person says it: `45 s`, `12 min`, `3 h 05 min`, `4 d 2 h`."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02d} min"
    return f"{hours // 24} d {hours % 24} h"


def _row(module: ModuleMetrics, course: Course) -> tuple[str, ...]:
    known = course.module(module.module_id)
    return (
        known.label,
        "yes" if module.completed else "no",
        duration(module.time.active_seconds),
        duration(module.time.elapsed_seconds),
        f"{module.result_passed}/{module.result_total}" if module.result_total else "-",
        f"{module.pass_rate:.0%}" if module.pass_rate is not None else "-",
        str(module.attempts),
        str(module.errors.total),
        str(module.hints),
        str(module.confusion_reports),
    )


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        text.rjust(width) if place else text.ljust(width)
        for place, (text, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join([first, *others])
