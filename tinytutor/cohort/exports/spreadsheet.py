"""The own table as a workbook: typed cells, texts that are never formulas or links."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tinytutor.cohort.errors import SpreadsheetError
from tinytutor.cohort.extras import needed
from tinytutor.progress.exporting import Value, guarded

MOST_ROWS = 1_048_575
"""Of a worksheet, below its header."""


def to_xlsx(
    rows: Iterable[Mapping[str, Value]], columns: Sequence[str], about: Mapping[str, object]
) -> bytes:
    """A workbook with the rows on one sheet and `about` on another.

    Raises SpreadsheetError, ExtraMissingError.
    """
    packed = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    workbook = needed("xlsxwriter").Workbook(packed, options)
    bold = workbook.add_format({"bold": True})
    sheet = workbook.add_worksheet("progress")
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column, bold)
        sheet.set_column(place, place, max(10, len(column) + 2))
    number = 0
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise SpreadsheetError(
                f"a worksheet holds {MOST_ROWS:,} rows, there are more: `--format parquet` has no "
                f"such limit"
            )
        for place, column in enumerate(columns):
            _write(sheet, number, place, row[column])
    sheet.autofilter(0, 0, number, len(columns) - 1)
    notes = workbook.add_worksheet("about")
    for place, (name, value) in enumerate(about.items()):
        notes.write_string(place, 0, name, bold)
        _write(notes, place, 1, value if isinstance(value, int | float) else str(value))
    workbook.close()
    return packed.getvalue()


def _write(sheet: Any, row: int, column: int, value: Value) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif value is not None:
        sheet.write_string(row, column, guarded(value))
