"""The bundles at hand: found in folders, looked at once, put in order by student."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tinytutor.cohort.bundles.reading import BundleRefusedError, read_manifest
from tinytutor.cohort.errors import IngestError
from tinytutor.cohort.records.receipts import Receipt, Taken
from tinytutor.curriculum import Course


@dataclass(frozen=True, slots=True)
class Incoming:
    """A bundle whose manifest was read."""

    path: Path
    sha256: str
    student: str
    workspace: str
    as_of: str
    has_texts: bool
    events: int
    """As its manifest says."""
    last_sequence: int
    notebooks: tuple[str, ...]
    """Ids of the modules of which it says that it holds the notebook."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """All bundles, sorted: those of a student together, the newest last."""

    incoming: tuple[Incoming, ...]
    refused: tuple[Receipt, ...]
    """Refused ones and duplicates."""

    @property
    def newest(self) -> tuple[Incoming, ...]:
        """The last bundle of each student: its notebooks count."""
        return tuple({bundle.student: bundle for bundle in self.incoming}.values())

    def require_usable(self) -> None:
        """Raises IngestError, with the reasons, where there is no bundle to go on with."""
        if not self.incoming:
            reasons = "\n".join(f"  {receipt.line}" for receipt in self.refused[:20])
            raise IngestError("no bundle could be used" + (f":\n{reasons}" if reasons else ""))


def find_bundles(places: Iterable[Path]) -> Iterator[Path]:
    """The files that were named, and the zips in the folders that were named."""
    for place in places:
        if place.is_dir():
            yield from sorted(path for path in place.rglob("*.zip") if path.is_file())
        else:
            yield place


def look_at(paths: Iterable[Path], course: Course) -> Inbox:
    """Reads every manifest. Raises nothing: what can't be read is in `refused`."""
    found: list[Incoming] = []
    refused: list[Receipt] = []
    seen: dict[str, Path] = {}
    for path in dict.fromkeys(paths):
        try:
            manifest = read_manifest(path, course)
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        except BundleRefusedError as problem:
            refused.append(Receipt(str(path), Taken.REFUSED, notes=(str(problem),)))
            continue
        except OSError as problem:
            note = f"can't be read ({problem.strerror})"
            refused.append(Receipt(str(path), Taken.REFUSED, notes=(note,)))
            continue
        if sha256 in seen:
            note = f"the same file as {seen[sha256]}"
            receipt = Receipt(str(path), Taken.DUPLICATE, manifest.student, sha256, notes=(note,))
            refused.append(receipt)
            continue
        seen[sha256] = path
        found.append(
            Incoming(
                path=path,
                sha256=sha256,
                student=manifest.student,
                workspace=manifest.workspace,
                as_of=manifest.as_of,
                has_texts=manifest.has_texts,
                events=manifest.events.count,
                last_sequence=manifest.events.last_sequence,
                notebooks=tuple(entry.module for entry in manifest.notebooks),
            )
        )
    return Inbox(tuple(sorted(found, key=_order)), tuple(refused))


def _order(bundle: Incoming) -> tuple[str, str, int, str]:
    return bundle.student, bundle.as_of, bundle.last_sequence, bundle.sha256


def workspace_ranks(bundles: Sequence[Incoming]) -> dict[tuple[str, str], int]:
    """(student, workspace) → its rank among the student's workspaces, the earliest first."""
    ranks: dict[tuple[str, str], int] = {}
    counts: dict[str, int] = {}
    for bundle in bundles:
        key = (bundle.student, bundle.workspace)
        if key not in ranks:
            ranks[key] = counts.get(bundle.student, 0)
            counts[bundle.student] = ranks[key] + 1
    return ranks


def shared_workspaces(bundles: Sequence[Incoming]) -> dict[str, tuple[str, ...]]:
    """Workspace id → the students who hand it in, where that is more than one: a copy."""
    owners: dict[str, dict[str, None]] = {}
    for bundle in bundles:
        owners.setdefault(bundle.workspace, {})[bundle.student] = None
    return {name: tuple(students) for name, students in owners.items() if len(students) > 1}
