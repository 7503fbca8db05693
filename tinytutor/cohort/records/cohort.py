"""A cohort on disk, opened for questions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinytutor.cohort.errors import CohortError
from tinytutor.cohort.folders import ABOUT_NAME
from tinytutor.cohort.records.database import files_literal, locked_connection
from tinytutor.cohort.records.ingest import SCHEMA_VERSION, TABLES
from tinytutor.cohort.records.receipts import Receipt, read_receipts
from tinytutor.curriculum import Course

DROPPED_DAYS = 14
"""A student without any event for so long, and not done, counts as dropped out."""


@dataclass(frozen=True, slots=True)
class About:
    """What a cohort's folder says about itself."""

    name: str
    course: str
    course_version: str
    made_at: str
    gap_seconds: float
    """θ of the rule for active time."""
    modules: tuple[str, ...]


class Cohort:
    """Questions to the Parquet files of one cohort. Not to be shared between threads."""

    def __init__(self, folder: Path, course: Course):
        """Opens the folder. Raises CohortError, ExtraMissingError."""
        self.folder = folder
        self.course = course
        self.about = _about(folder, course)
        self._connection = locked_connection(folder)
        for table in TABLES:
            files = files_literal(folder, f"{table}/*.parquet")
            self._connection.execute(
                f"CREATE TEMP VIEW {table} AS SELECT * FROM read_parquet({files})"
            )

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """What became of each bundle."""
        return read_receipts(self.folder / "bundles.jsonl")

    def rows(self, query: str, **parameters: object) -> list[tuple[Any, ...]]:
        """The answer to a question in SQL, whole."""
        found: list[tuple[Any, ...]] = self._connection.execute(query, parameters).fetchall()
        return found

    def records(self, query: str, **parameters: object) -> list[dict[str, Any]]:
        """The answer as one mapping per row."""
        answer = self._connection.execute(query, parameters)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def arrays(self, query: str, **parameters: object) -> Mapping[str, NDArray[Any]]:
        """The answer as one array per column; missing numbers are NaN."""
        found = self._connection.execute(query, parameters).fetchnumpy()
        return {name: _filled(column) for name, column in found.items()}

    def batches(
        self, query: str, size: int = 10_000, **parameters: object
    ) -> Iterator[list[tuple[Any, ...]]]:
        """The answer in lists of rows, for what does not fit into memory."""
        answer = self._connection.execute(query, parameters)
        while rows := answer.fetchmany(size):
            yield rows

    def students(self) -> tuple[str, ...]:
        """All students, in order."""
        return tuple(name for (name,) in self.rows("SELECT student FROM students ORDER BY 1"))

    def as_of(self) -> datetime | None:
        """UTC of the last event of all; None where there is none."""
        ((moment,),) = self.rows("SELECT max(last_at) FROM students")
        found: datetime | None = moment
        return found

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def __enter__(self) -> Cohort:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _filled(column: NDArray[Any]) -> NDArray[Any]:
    if not isinstance(column, np.ma.MaskedArray):
        return column
    if column.dtype.kind in "fiu":
        return np.ma.filled(column.astype(float), np.nan)
    return np.ma.getdata(column)


def _about(folder: Path, course: Course) -> About:
    path = folder / ABOUT_NAME
    try:
        raw = json.loads(path.read_text("utf-8"))
        if raw["schema_version"] != SCHEMA_VERSION:
            raise CohortError(
                f"{folder} was made by another version of tinytutor: make it again from the "
                f"bundles with `tinytutor ingest`"
            )
        about = About(
            str(raw["name"]),
            str(raw["course"]),
            str(raw["course_version"]),
            str(raw["made_at"]),
            float(raw["gap_seconds"]),
            tuple(map(str, raw["modules"])),
        )
    except CohortError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise CohortError(
            f"{folder} is no cohort ({problem}): `tinytutor ingest BUNDLE… -o FOLDER` makes one"
        ) from None
    if about.course != course.id:
        raise CohortError(
            f"{folder} is a cohort of the course {about.course!r}, not of {course.id!r}: choose "
            f"its course with `--course FOLDER`"
        )
    return about
