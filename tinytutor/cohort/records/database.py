"""DuckDB, shut in: it reads and writes two folders, loads nothing and reaches no network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tinytutor.cohort.extras import needed

MEMORY = "1GB"
THREADS = 2


def locked_connection(*folders: Path) -> Any:
    """A connection that can reach only `folders`, and whose settings can't be changed any more.

    Raises ExtraMissingError.
    """
    connection = needed("duckdb").connect(":memory:")
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute(f"SET threads = {THREADS}")
    connection.execute("SET preserve_insertion_order = false")
    # What does not fit into memory goes beside the data; without this, into the current folder.
    connection.execute(f"SET temp_directory = {text_literal(str(folders[0] / '.duckdb-tmp'))}")
    # Both ways of writing it, as the check looks at a pattern before it looks at the files.
    spellings = (text for f in folders for text in (str(f.resolve()), _without_patterns(f)))
    allowed = ", ".join(text_literal(text) for text in dict.fromkeys(spellings))
    connection.execute(f"SET allowed_directories = [{allowed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def text_literal(text: str) -> str:
    """The text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def files_literal(folder: Path, pattern: str) -> str:
    """The files of a folder that fit a pattern, as SQL; the folder's own name is no pattern."""
    return text_literal(f"{_without_patterns(folder)}/{pattern}")


def _without_patterns(folder: Path) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(folder.resolve()))
