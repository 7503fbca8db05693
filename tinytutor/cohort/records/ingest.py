"""Makes a cohort's folder from bundles: events and what they add up to, as Parquet.

Bundles go through in batches that fit into memory, those of one student in the same batch, so that
an event is dropped as a duplicate wherever the student's earlier bundles had it. The folder appears
when all of it is there; a kill leaves none.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from tinytutor import __version__
from tinytutor.cohort.bundles.reading import BundleRefusedError, event_lines, read_bundle
from tinytutor.cohort.errors import IngestError
from tinytutor.cohort.folders import ABOUT_NAME
from tinytutor.cohort.records import parsing
from tinytutor.cohort.records.database import files_literal, locked_connection, text_literal
from tinytutor.cohort.records.inbox import (
    Inbox,
    Incoming,
    shared_workspaces,
    workspace_ranks,
)
from tinytutor.cohort.records.receipts import Receipt, Taken, write_receipts
from tinytutor.cohort.records.time_on_task import GAPS, EventArrays, seconds_spent
from tinytutor.curriculum import Course
from tinytutor.progress.clock import utc_now

SCHEMA_VERSION = 2
BATCH_EVENTS = 400_000
BATCH_BUNDLES = 2_000


@dataclass(frozen=True, slots=True)
class _Table:
    """What one kind of Parquet file is made of."""

    rows: str
    """The table of a batch."""
    columns: str
    order: str


TABLES = {
    "events": _Table("event_rows", parsing.EVENT_COLUMNS, "student, n"),
    "outcomes": _Table("outcome_rows", "*", "student, n"),
    "verdicts": _Table("verdict_rows", "*", "student, module_id, place"),
    "enrolments": _Table("enrolment_rows", "*", "student, number"),
    "students": _Table("student_rows", "*", "student"),
}
"""By the name of its folder."""

OnProgress = Callable[[int, int], None]
"""Told how many bundles are done, of how many."""


def ingest(
    inbox: Inbox,
    course: Course,
    folder: Path,
    *,
    name: str = "",
    on_progress: OnProgress | None = None,
) -> tuple[Receipt, ...]:
    """Makes `folder` and returns what became of each bundle.

    Raises IngestError where the folder is taken or no bundle can be used, ExtraMissingError,
    OSError.
    """
    if folder.exists() and any(folder.iterdir()):
        raise IngestError(f"{folder} is there already: name a new folder, or remove it first")
    inbox.require_usable()
    folder.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        receipts = _Ingest(inbox, course, making).run(on_progress) + inbox.refused
        write_receipts(making / "bundles.jsonl", receipts)
        about = {
            "schema_version": SCHEMA_VERSION,
            "tinytutor_version": __version__,
            "name": name or folder.name,
            "course": course.id,
            "course_version": course.version,
            "made_at": utc_now(),
            "gap_seconds": GAPS[0],
            "modules": [module.id for module in course.modules],
        }
        (making / ABOUT_NAME).write_text(json.dumps(about, indent=1) + "\n", "utf-8")
        if folder.exists():
            folder.rmdir()
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return receipts


def batches(
    incoming: Sequence[Incoming], events: int = BATCH_EVENTS, bundles: int = BATCH_BUNDLES
) -> Iterator[list[Incoming]]:
    """Bundles in their order, cut between students once a batch is large enough."""
    batch: list[Incoming] = []
    size = 0
    for bundle in incoming:
        full = size >= events or len(batch) >= bundles
        if batch and full and bundle.student != batch[-1].student:
            yield batch
            batch, size = [], 0
        batch.append(bundle)
        size += bundle.events
    if batch:
        yield batch


@dataclass(slots=True)
class _Staged:
    """A bundle on its way."""

    incoming: Incoming
    number: int
    receipt: Receipt


class _Ingest:
    """One making of a folder."""

    def __init__(self, inbox: Inbox, course: Course, folder: Path):
        self._inbox = inbox
        self._course = course
        self._folder = folder
        self._ranks = workspace_ranks(inbox.incoming)
        self._shared = shared_workspaces(inbox.incoming)
        self._latest = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
        self._connection = self._connect()

    def run(self, on_progress: OnProgress | None) -> tuple[Receipt, ...]:
        receipts: list[Receipt] = []
        total = len(self._inbox.incoming)
        try:
            for table in TABLES:
                (self._folder / table).mkdir()
            for part, batch in enumerate(batches(self._inbox.incoming)):
                receipts += self._take(part, batch)
                if on_progress is not None:
                    on_progress(len(receipts), total)
        finally:
            self._connection.close()
            shutil.rmtree(self._folder / ".duckdb-tmp", ignore_errors=True)
        return tuple(receipts)

    def _connect(self) -> Any:
        connection = locked_connection(self._folder)
        connection.execute("CREATE TEMP TABLE modules (id VARCHAR, number BIGINT)")
        connection.executemany(
            "INSERT INTO modules VALUES (?, ?)",
            [(module.id, number) for number, module in enumerate(self._course.modules)],
        )
        return connection

    def _take(self, part: int, batch: Sequence[Incoming]) -> list[Receipt]:
        staging = self._folder / "staging"
        staging.mkdir()
        try:
            staged = [
                self._stage(staging, number, incoming) for number, incoming in enumerate(batch)
            ]
            self._load(staging, staged)
        finally:
            shutil.rmtree(staging)
        self._add_time(staged)
        execute = self._connection.execute
        execute(parsing.ENROLMENT_ROWS)
        execute(parsing.STUDENT_ROWS)
        for name, table in TABLES.items():
            target = text_literal(str(self._folder / name / f"part-{part:05}.parquet"))
            execute(
                f"COPY (SELECT {table.columns} FROM {table.rows} ORDER BY {table.order}) "
                f"TO {target} (FORMAT parquet, COMPRESSION zstd)"
            )
        return self._counted(staged)

    def _stage(self, staging: Path, number: int, incoming: Incoming) -> _Staged:
        """Puts the lines of one bundle where DuckDB reads them."""
        notes: list[str] = []
        text, rejected = b"", 0
        taken = Taken.WHOLE
        try:
            bundle = read_bundle(incoming.path, self._course)
            notes += bundle.notes
            if bundle.events is not None:
                lines = event_lines(bundle.events)
                text, rejected = lines.text, lines.rejected
                notes += [lines.note] if lines.note else []
        except BundleRefusedError as problem:
            # It was readable a moment ago, when its manifest was looked at.
            taken, notes = Taken.REFUSED, [str(problem)]
        others = [s for s in self._shared.get(incoming.workspace, ()) if s != incoming.student]
        if others:
            notes.append(f"made in the same workspace as that of {', '.join(others[:3])}: a copy?")
        (staging / f"{number}.jsonl").write_bytes(text)
        receipt = Receipt(
            str(incoming.path),
            taken,
            incoming.student,
            incoming.sha256,
            rejected=rejected,
            notes=tuple(notes),
        )
        return _Staged(incoming, number, receipt)

    def _load(self, staging: Path, staged: Sequence[_Staged]) -> None:
        execute = self._connection.execute
        execute(
            "CREATE OR REPLACE TEMP TABLE staged (number BIGINT, student VARCHAR, "
            "workspace_rank BIGINT, bundle_rank BIGINT, has_texts BOOLEAN)"
        )
        rows = [
            (
                each.number,
                each.incoming.student,
                self._ranks[each.incoming.student, each.incoming.workspace],
                each.number,
                each.incoming.has_texts,
            )
            for each in staged
        ]
        self._connection.executemany("INSERT INTO staged VALUES (?, ?, ?, ?, ?)", rows)
        files = files_literal(staging, "*.jsonl")
        execute(parsing.read_lines(files), {"latest": self._latest})
        execute(parsing.EVENT_ROWS)
        execute(parsing.OUTCOME_ROWS)
        execute(parsing.VERDICT_ROWS)

    def _add_time(self, staged: Sequence[_Staged]) -> None:
        """Makes `time_rows` and `student_time` from the arrays of each student."""
        found = self._connection.execute(parsing.TIME_ARRAYS).fetchnumpy()
        owners = np.ma.getdata(found.pop("student"))
        students: list[tuple[Any, ...]] = []
        modules: list[tuple[Any, ...]] = []
        edges = np.flatnonzero(owners[1:] != owners[:-1]) + 1
        for begin, end in zip([0, *edges], [*edges, len(owners)], strict=True):
            if begin == end:
                continue
            arrays = {key: np.ma.getdata(column[begin:end]) for key, column in found.items()}
            spent, total, elapsed = seconds_spent(EventArrays(**arrays))
            name = staged[owners[begin]].incoming.student
            students.append((name, total, elapsed))
            modules += [
                (name, code, *each.active, each.elapsed, each.total_active)
                for code, each in spent.items()
            ]
        self._fill("student_time", ("student", "active", "elapsed"), students)
        columns = ("student", "number", "active_600", "active_300", "active_1800", "elapsed")
        self._fill("time_rows", (*columns, "total_active"), modules)

    def _fill(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """A table of students and numbers, column by column: a row at a time takes minutes."""
        kinds = ["VARCHAR", *("BIGINT" if c == "number" else "DOUBLE" for c in columns[1:])]
        values = list(zip(*rows, strict=True)) or [()] * len(columns)
        parts = ", ".join(
            f"unnest(CAST(${column} AS {kind}[])) AS {column}"
            for column, kind in zip(columns, kinds, strict=True)
        )
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {parts}",
            {column: list(v) for column, v in zip(columns, values, strict=True)},
        )

    def _counted(self, staged: Sequence[_Staged]) -> list[Receipt]:
        """The receipts with what came of the lines."""
        rows = self._connection.execute(
            """
            WITH lines AS (
                SELECT number, count(*) FILTER (NOT is_event) AS rejected,
                    count(*) FILTER (is_from_future) AS future, count(*) FILTER (is_event) AS events
                FROM raw GROUP BY number
            ),
            fresh AS (
                -- Bundles are numbered in the order of their making, a student's oldest first.
                SELECT number, count(*) AS events FROM (
                    SELECT min(number) AS number FROM raw WHERE is_event GROUP BY student, event_id
                ) GROUP BY number
            )
            SELECT number, rejected, future, coalesce(fresh.events, 0),
                lines.events - coalesce(fresh.events, 0)
            FROM lines LEFT JOIN fresh USING (number)
            """
        ).fetchall()
        counts = {number: tuple(map(int, rest)) for number, *rest in rows}
        receipts = []
        for each in staged:
            rejected, future, fresh, repeated = counts.get(each.number, (0, 0, 0, 0))
            receipt = replace(
                each.receipt,
                events=fresh,
                duplicates=repeated,
                rejected=each.receipt.rejected + rejected,
                from_future=future,
            )
            if receipt.taken is Taken.WHOLE and (receipt.rejected or receipt.notes):
                receipt = replace(receipt, taken=Taken.PARTLY)
            receipts.append(receipt)
        return receipts
