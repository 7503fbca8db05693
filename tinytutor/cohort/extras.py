"""Libraries that only instructors need: imported when used, and asked for in plain words."""

from __future__ import annotations

import importlib
from types import ModuleType

from tinytutor.cohort.errors import ExtraMissingError

_EXTRAS = {
    "duckdb": "instructor",
    "xlsxwriter": "instructor",
    "distributed": "cluster",
    "httpx": "lrs",
}
"""Library → the extra of tinytutor that brings it."""


def needed(library: str) -> ModuleType:
    """The library. Raises ExtraMissingError where it is not installed."""
    try:
        return importlib.import_module(library)
    except ModuleNotFoundError as problem:
        if (problem.name or "").partition(".")[0] != library:
            raise
        raise ExtraMissingError(
            f"this needs the package {library!r}, which is not installed here: "
            f"`pip install 'tinytutor[{_EXTRAS[library]}]'`"
        ) from None
