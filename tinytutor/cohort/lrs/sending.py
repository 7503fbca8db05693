"""Sends batches to a learning record store, halves what it refuses, goes on after a cut."""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tinytutor.cohort.errors import LrsError
from tinytutor.cohort.exports.statements import VERSION, Statement
from tinytutor.cohort.extras import needed
from tinytutor.cohort.lrs.batching import Batch, batched, statement_ids
from tinytutor.files import write_whole

TRIES = 6
"""How often a request is sent to a store that doesn't answer or has trouble of its own."""
LONGEST_WAIT_SECONDS = 60.0
_TIMEOUT_SECONDS = 60.0
_REFUSED = (400, 409, 413, 422)
_TROUBLE = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Refused:
    """A statement that the store does not take."""

    statement_id: str
    reason: str


@dataclass(slots=True)
class Sent:
    """What came of sending."""

    accepted: int = 0
    """Statements that the store has now, those that it had before included."""
    skipped: int = 0
    """Statements that an earlier start had sent."""
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Store:
    """A learning record store."""

    endpoint: str
    """What `statements` is put after: `https://lrs.example.edu/xAPI`."""
    user: str
    password: str

    @property
    def url(self) -> str:
        """Where statements go."""
        return self.endpoint.rstrip("/") + "/statements"


def require_safe(endpoint: str) -> None:
    """Raises LrsError for an address over which the password could be read."""
    parts = urlsplit(endpoint)
    if parts.username or parts.password:
        raise LrsError("leave name and password out of the address: --auth FILE holds them")
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return
    raise LrsError(f"{endpoint}: only https://HOST/PATH, or http on this machine itself")


def read_auth(path: Path) -> tuple[str, str]:
    """Name and password from a file with `NAME:PASSWORD`. Raises LrsError, OSError."""
    name, colon, password = path.read_text("utf-8").strip().partition(":")
    if not colon or not name or not password or "\n" in password:
        raise LrsError(f"{path} must hold one line, NAME:PASSWORD, as your store gave them")
    return name, password


def send(
    statements: Iterable[Statement],
    store: Store,
    position: Position | None = None,
    *,
    on_progress: Callable[[int], None] = lambda done: None,
    wait: Callable[[float], None] = time.sleep,
) -> Sent:
    """Sends all statements, in order.

    Args:
        statements: always the same in the same order for the same `position`.
        store: where to.
        position: what an earlier start had sent is skipped; kept after each batch.
        on_progress: told how many are done.
        wait: sleeps that many seconds, before a try again.

    Raises LrsError where the store lets nobody in, or has trouble for too long: the next call goes
    on from the last batch. ExtraMissingError.
    """
    require_safe(store.endpoint)
    httpx = needed("httpx")
    done = position.count if position else 0
    sent = Sent(skipped=done)
    headers = {"X-Experience-API-Version": VERSION, "Content-Type": "application/json"}
    with httpx.Client(
        auth=(store.user, store.password), headers=headers, timeout=_TIMEOUT_SECONDS
    ) as client:
        post = _Poster(httpx, client, store, wait)
        for batch in batched(islice(statements, done, None)):
            for accepted, refused in post.taken(batch):
                sent.accepted += accepted
                sent.refused += refused
            done += len(batch.parts)
            if position is not None:
                position.keep(done)
            on_progress(done)
    return sent


class Position:
    """How far a cohort was sent, kept in a file."""

    def __init__(self, path: Path, what: str):
        """`what` names the statements: another cohort, store or key starts from the beginning."""
        self._path = path
        self._what = what
        self.count = 0
        try:
            raw = json.loads(path.read_text("utf-8"))
            if raw["what"] == what and isinstance(raw["sent"], int):
                self.count = max(0, raw["sent"])
        except (OSError, ValueError, KeyError, TypeError):
            # Sending again stores nothing twice.
            self.count = 0

    def keep(self, count: int) -> None:
        """Keeps the position. Raises OSError."""
        self.count = count
        write_whole(self._path, json.dumps({"what": self._what, "sent": count}) + "\n")


class _Poster:
    """Posts batches, patiently."""

    def __init__(self, httpx: Any, client: Any, store: Store, wait: Callable[[float], None]):
        self._httpx = httpx
        self._client = client
        self._store = store
        self._wait = wait

    def taken(self, batch: Batch) -> Iterator[tuple[int, list[Refused]]]:
        """How many were accepted and which were not, in pieces."""
        answer = self._posted(batch)
        if answer.status_code in (200, 204):
            # The store lists only what is new to it: the length of its list says nothing.
            yield len(batch.parts), []
        elif len(batch.parts) > 1:
            # One bad statement has the whole batch refused.
            for half in batch.halves:
                yield from self.taken(half)
        else:
            (statement_id,) = statement_ids(batch)
            yield 0, [Refused(statement_id, _reason(answer))]

    def _posted(self, batch: Batch) -> Any:
        problem = ""
        for attempt in range(TRIES):
            if attempt:
                self._wait(min(2.0**attempt, LONGEST_WAIT_SECONDS))
            try:
                answer = self._client.post(self._store.url, content=batch.body)
            except self._httpx.TransportError as error:
                problem = f"{type(error).__name__}: {error}"
                continue
            if answer.status_code in (200, 204, *_REFUSED):
                return answer
            problem = f"it answers {answer.status_code}"
            if answer.status_code in (401, 403):
                raise LrsError(
                    f"{self._store.url} lets {self._store.user!r} not in ({answer.status_code}): "
                    f"look at --auth, and at what this name may do there"
                )
            if answer.status_code not in _TROUBLE:
                raise LrsError(
                    f"{self._store.url} is no learning record store ({problem}): --lrs is the "
                    f"address before `/statements`"
                )
        raise LrsError(
            f"{self._store.url}: {problem}, {TRIES} times. What was sent is kept; the same command "
            f"goes on from there."
        )


def _reason(answer: Any) -> str:
    words = answer.text[:300]
    if answer.status_code == 409:
        return f"it has another statement with this id: {words}"
    return f"{answer.status_code}: {words}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
