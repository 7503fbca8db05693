"""The journal of a batch: one line per graded submission, on the disk before it counts as done.

A kill loses at most the line that was being written; it is cut off at the next start, and its
submission graded again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from tinytutor.cohort.batch.results import GradedSubmission, from_line, to_line
from tinytutor.cohort.errors import JournalError

JOURNAL = "results.jsonl"


class Journal:
    """The journal in a folder, held by one program at a time."""

    def __init__(self, folder: Path):
        """Opens or makes the journal. Raises JournalError where another program holds it."""
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / JOURNAL
        self._file = self._path.open("a+b")
        try:
            _hold(self._file.fileno(), self._path)
            self.done = {each.key: each for each in self._repaired()}
        except BaseException:
            self._file.close()
            raise

    def add(self, submission: GradedSubmission) -> None:
        """Keeps a result; when this returns, it is on the disk. Raises OSError."""
        self._file.write(to_line(submission).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.done[submission.key] = submission

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def _repaired(self) -> Iterator[GradedSubmission]:
        """Every whole line; a last one that was broken off is cut away."""
        self._file.seek(0)
        end = 0
        for number, line in enumerate(self._file, 1):
            if not line.endswith(b"\n"):
                self._file.truncate(end)
                break
            end += len(line)
            yield _read(self._path, number, line)
        self._file.seek(0, os.SEEK_END)


def read_journal(folder: Path) -> list[GradedSubmission]:
    """The results in a folder. Raises JournalError."""
    path = folder / JOURNAL
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as problem:
        raise JournalError(
            f"{path} can't be read ({problem.strerror}): name the folder that `tinytutor grade` "
            f"wrote"
        ) from None
    # What comes after the last line end was broken off.
    return [_read(path, number, line) for number, line in enumerate(lines[:-1], 1)]


def _read(path: Path, number: int, line: bytes) -> GradedSubmission:
    try:
        return from_line(line)
    except ValueError as problem:
        raise JournalError(
            f"{path}:{number}: {problem}. Remove that line, and its submission is graded again."
        ) from None


def _hold(descriptor: int, path: Path) -> None:
    try:
        import fcntl  # noqa: PLC0415  not on Windows
    except ImportError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise JournalError(
            f"{path}: another program grades into this folder: let it finish or end it"
        ) from None
