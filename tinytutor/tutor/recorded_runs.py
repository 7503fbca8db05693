"""The last run of each module and exercise, to answer from while nothing that it rests on changes.

Only a cache beside the store: an answer counts while the store knows the attempt that it came from.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tinytutor import __version__
from tinytutor.files import write_whole
from tinytutor.notebooks.assembly import Assembly
from tinytutor.progress.events import AttemptFinished, Event
from tinytutor.running.events import Frame
from tinytutor.running.failures import Failure, StudentLine
from tinytutor.running.verdicts import Status, Verdict
from tinytutor.tutor.checking import Outcome

_ENDED_BY_LIMIT = ("KernelDied", "Timeout", "MemoryError")
"""A test that was too slow, or too big, may fare better on another try."""
_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """A run that is over, and what it came to."""

    fingerprint: str
    attempt_id: str
    at: str
    """UTC."""
    verdicts: tuple[Verdict, ...]


def fingerprint(assembly: Assembly, library_files: Iterable[Path]) -> str:
    """Changes with whatever a run rests on: cells, tests, limits, library files, versions."""
    from importlib.metadata import version  # noqa: PLC0415  10 ms, and nothing ran so far

    digest = hashlib.sha256()
    parts = [__version__, platform.python_version(), version("numpy"), repr(assembly.limits)]
    parts += [f"{cell.id}\0{cell.source}" for cell in assembly.cells]
    parts += sorted(assembly.missing)
    for path in sorted(library_files):
        parts.append(f"{path.name}\0{path.read_text('utf-8', errors='replace')}")
    for part in parts:
        # The length first, so that no two lists of parts read the same.
        digest.update(f"{len(part)}:{part}".encode("utf-8", errors="surrogatepass"))
    return digest.hexdigest()


class RecordedRuns:
    """One small file per module; whatever is wrong with one, the tests simply run."""

    def __init__(self, folder: Path):
        self._folder = folder

    def find(
        self, module_id: str, exercise_id: str | None, wanted: str, events: Iterable[Event]
    ) -> RecordedRun | None:
        """The run with this fingerprint, if the store knows it."""
        try:
            fields = self._load(module_id)[exercise_id or ""]
            if fields["fingerprint"] != wanted:
                return None
            verdicts = tuple(_verdict(verdict) for verdict in fields["verdicts"])
            run = RecordedRun(wanted, fields["attempt_id"], fields["at"], verdicts)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None
        known = any(
            isinstance(event.what, AttemptFinished) and event.what.attempt_id == run.attempt_id
            for event in events
        )
        return run if known and run.verdicts else None

    def keep(
        self, module_id: str, exercise_id: str | None, wanted: str, attempt: Event, outcome: Outcome
    ) -> None:
        """Keeps a run, unless another try may come to something else. Raises OSError."""
        assert isinstance(attempt.what, AttemptFinished)
        runs = self._load(module_id)
        runs.pop(exercise_id or "", None)
        if outcome.fault is None and all(map(_is_repeatable, outcome.verdicts)):
            runs[exercise_id or ""] = asdict(
                RecordedRun(wanted, attempt.what.attempt_id, attempt.at, outcome.verdicts)
            )
        text = json.dumps({"schema_version": _SCHEMA, "runs": runs}, ensure_ascii=False)
        self._folder.mkdir(exist_ok=True)
        write_whole(self._path(module_id), text + "\n", synced=False)

    def _load(self, module_id: str) -> dict[str, Any]:
        try:
            found = json.loads(self._path(module_id).read_text("utf-8"))
            runs = found["runs"] if found["schema_version"] == _SCHEMA else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        return runs if isinstance(runs, dict) else {}

    def _path(self, module_id: str) -> Path:
        return self._folder / f"{module_id}.json"


def _is_repeatable(verdict: Verdict) -> bool:
    ended_by = verdict.failure.error_type if verdict.failure else ""
    return verdict.status is not Status.TIMED_OUT and ended_by not in _ENDED_BY_LIMIT


def _verdict(fields: dict[str, Any]) -> Verdict:
    failure = fields["failure"]
    return Verdict(
        **{
            **fields,
            "status": Status(fields["status"]),
            "failure": _failure(failure) if failure is not None else None,
        }
    )


def _failure(fields: dict[str, Any]) -> Failure:
    at = fields["at"]
    return Failure(
        **{
            **fields,
            "at": StudentLine(**at) if at is not None else None,
            "trace": tuple(Frame(**frame) for frame in fields["trace"]),
        }
    )
