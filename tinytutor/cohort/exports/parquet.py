"""The own table as Parquet, with what it rests on in the file's metadata."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from tinytutor.cohort.records.database import locked_connection, text_literal
from tinytutor.progress.exporting import COLUMNS, Value

_KINDS: Mapping[str, str] = {
    "student": "VARCHAR",
    "module": "VARCHAR",
    "started_at": "TIMESTAMP",
    "completed_at": "TIMESTAMP",
    "completed": "BOOLEAN",
    "active_minutes": "DOUBLE",
    "pass_rate": "DOUBLE",
}
"""Column → its type; the others count something."""


def to_parquet(rows: Iterable[Mapping[str, Value]], about: Mapping[str, object]) -> bytes:
    """The rows with the columns `COLUMNS`, times as UTC timestamps.

    Raises ExtraMissingError.
    """
    columns: dict[str, list[Value]] = {name: [] for name in COLUMNS}
    for row in rows:
        for name, values in columns.items():
            value = row[name]
            is_time = _KINDS.get(name) == "TIMESTAMP" and isinstance(value, str)
            values.append(str(value).removesuffix("Z") if is_time else value)
    parts = ", ".join(
        f"unnest(CAST(${name} AS {_KINDS.get(name, 'BIGINT')}[])) AS {name}" for name in COLUMNS
    )
    notes = ", ".join(f"{name}: {text_literal(str(value))}" for name, value in about.items())
    with tempfile.TemporaryDirectory(prefix="tinytutor-parquet-") as folder:
        target = Path(folder) / "table.parquet"
        connection = locked_connection(Path(folder))
        try:
            connection.execute(f"CREATE TEMP TABLE exported AS SELECT {parts}", columns)
            connection.execute(
                f"COPY exported TO {text_literal(str(target))} "
                f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{notes}}})"
            )
        finally:
            connection.close()
        return target.read_bytes()
