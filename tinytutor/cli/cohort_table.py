"""A cohort's figures as lines of text. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from tinytutor.cli.output import Piece, Tone
from tinytutor.cohort.report.figures import Figures
from tinytutor.cohort.report.words import hours, per_one, percent

_HEADINGS = ("module", "started", "completed", "dropped", "median time", "errors/h", "confused/h")


def table_lines(figures: Figures) -> Iterator[tuple[Piece, ...]]:
    """One line per module, then what to mend first."""
    rows: list[tuple[str, ...]] = [_HEADINGS]
    for module in figures.modules:
        if module.funnel is None or module.effort is None:
            rows.append((module.label, f"under {figures.least}", *("–",) * 5))
            continue
        dropped = module.ending[2]
        rows.append(
            (
                module.label,
                str(module.funnel.started),
                percent(module.funnel.completion) if module.ending[0] is not None else "–",
                "–" if dropped is None else str(dropped),
                hours(module.curve.median, "not reached") if module.curve else "–",
                per_one(module.effort.errors_per_hour),
                per_one(module.effort.confusion_per_hour),
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        first, *others = (
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield (("  ".join([first, *others]), Tone.PLAIN if number else Tone.QUIET),)
    if figures.mend_first:
        yield ()
        yield (("Mend these places first", Tone.STRONG),)
    for number, place in enumerate(figures.mend_first, 1):
        yield (f"{number}. {place.module_id} {place.exercise_id}: {'; '.join(place.reasons)}",)
