"""What became of each bundle: one line an instructor can act on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path


class Taken(StrEnum):
    """How much of a bundle was taken."""

    WHOLE = "whole"
    PARTLY = "partly"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    """The very same file as another one."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One bundle, as it was received."""

    file: str
    """Its path as it was found."""
    taken: Taken
    student: str = ""
    """Empty where it could not be read."""
    sha256: str = ""
    events: int = 0
    """Events that were taken and that no earlier bundle of the student had."""
    duplicates: int = 0
    """Events that were there already."""
    rejected: int = 0
    """Lines that are no event of this course."""
    from_future: int = 0
    """Of these, events with a time that has not come yet."""
    notes: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """All of it in words."""
        parts = list(self.notes)
        if self.from_future:
            parts.append(f"not taken: {self.from_future} from the future")
        if other := self.rejected - self.from_future:
            what = "line that is no event" if other == 1 else "lines that are no events"
            parts.append(f"not taken: {other} {what}")
        return f"{self.file}: {self.taken.value}" + (f" ({'; '.join(parts)})" if parts else "")


def write_receipts(path: Path, receipts: Iterable[Receipt]) -> None:
    """One JSON object per line."""
    lines = (json.dumps(asdict(receipt)) for receipt in receipts)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def read_receipts(path: Path) -> tuple[Receipt, ...]:
    """The receipts of a cohort's folder. Raises OSError, ValueError."""
    return tuple(_receipt(json.loads(line)) for line in path.read_text("utf-8").splitlines())


def _receipt(raw: Mapping[str, object]) -> Receipt:
    fields = {**raw, "taken": Taken(str(raw["taken"])), "notes": tuple(map(str, raw["notes"]))}  # type: ignore[call-overload]
    return Receipt(**fields)  # type: ignore[arg-type]
