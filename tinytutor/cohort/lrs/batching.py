"""Statements in batches that every store takes, and batches in halves. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

MOST_STATEMENTS = 500
MOST_BYTES = 512 * 1024

Statement = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Statements that go in one request."""

    parts: tuple[str, ...]
    """Each statement as JSON."""

    @property
    def body(self) -> bytes:
        """The request's content."""
        return ("[" + ",".join(self.parts) + "]").encode("utf-8")

    @property
    def halves(self) -> tuple[Batch, Batch]:
        """The batch in two; it must hold more than one statement."""
        middle = len(self.parts) // 2
        return Batch(self.parts[:middle]), Batch(self.parts[middle:])


def batched(
    statements: Iterable[Statement], most: int = MOST_STATEMENTS, most_bytes: int = MOST_BYTES
) -> Iterator[Batch]:
    """The statements in order, in batches within both limits; a larger one goes alone."""
    parts: list[str] = []
    size = 2
    for statement in statements:
        part = json.dumps(statement, separators=(",", ":"))
        # Dumped in ASCII: characters are bytes.
        if parts and (len(parts) >= most or size + len(part) + 1 > most_bytes):
            yield Batch(tuple(parts))
            parts, size = [], 2
        parts.append(part)
        size += len(part) + 1
    if parts:
        yield Batch(tuple(parts))


def statement_ids(batch: Batch) -> Sequence[str]:
    """The ids of a batch's statements."""
    return [json.loads(part)["id"] for part in batch.parts]
