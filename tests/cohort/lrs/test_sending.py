"""Batches, patience and positions, with a store that does as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx", reason="needs `pip install 'tinytutor[lrs]'`")

from hypothesis import given
from hypothesis import strategies as st

from tinytutor.cohort.errors import LrsError
from tinytutor.cohort.lrs.batching import batched
from tinytutor.cohort.lrs.sending import (
    TRIES,
    Position,
    Store,
    read_auth,
    require_safe,
    send,
)


def some(count: int) -> list[dict[str, Any]]:
    return [{"id": f"id{number}", "n": number} for number in range(count)]


@contextmanager
def store_that(answers: Callable[[list[Any]], int]) -> Iterator[tuple[Store, list[list[Any]]]]:
    """A store whose answer to a batch is chosen by a function; and all batches it was sent."""
    batches: list[list[Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["X-Experience-API-Version"] == "1.0.3"
            batches.append(json.loads(body))
            status = answers(batches[-1])
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Store(f"http://127.0.0.1:{server.server_port}/xAPI/", "u", "p"), batches
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@given(st.lists(st.integers(0, 60), max_size=60), st.integers(1, 9), st.integers(20, 200))
def test_batches_keep_order_and_limits(sizes: list[int], most: int, most_bytes: int) -> None:
    made = [{"id": str(n), "text": "x" * size} for n, size in enumerate(sizes)]
    found = list(batched(made, most, most_bytes))
    assert [json.loads(part) for batch in found for part in batch.parts] == made
    for batch in found:
        assert len(batch.parts) <= most
        assert len(batch.body) <= most_bytes or len(batch.parts) == 1
        assert json.loads(batch.body) == [json.loads(part) for part in batch.parts]


def test_a_store_in_trouble_is_waited_for() -> None:
    troubles = iter([503, 429, 500])
    waits: list[float] = []
    with store_that(lambda batch: next(troubles, 204)) as (store, batches):
        sent = send(iter(some(3)), store, wait=waits.append)
    assert (sent.accepted, len(batches)) == (3, 4)
    assert waits == [2.0, 4.0, 8.0]


def test_a_store_that_stays_in_trouble_ends_it_with_the_next_step() -> None:
    with (
        store_that(lambda batch: 503) as (store, batches),
        pytest.raises(LrsError, match="the same command goes on"),
    ):
        send(iter(some(3)), store, wait=lambda seconds: None)
    assert len(batches) == TRIES


def test_nobody_there_is_told_so() -> None:
    with (
        pytest.raises(LrsError, match="ConnectError"),
    ):
        send(iter(some(1)), Store("http://127.0.0.1:9/x", "u", "p"), wait=lambda seconds: None)


def test_bisection_asks_no_more_than_it_must() -> None:
    bad = {"id300"}

    def answers(batch: list[Any]) -> int:
        return 422 if any(each["id"] in bad for each in batch) else 204

    with store_that(answers) as (store, batches):
        sent = send(iter(some(500)), store)
    assert (sent.accepted, [refused.statement_id for refused in sent.refused]) == (499, ["id300"])
    assert len(batches) <= 2 * 9 + 2


def test_a_position_is_kept_after_each_batch_and_known_again(tmp_path: Path) -> None:
    path = tmp_path / "sent.json"
    served = iter([204, 401])
    with (
        store_that(lambda batch: next(served)) as (store, _),
        pytest.raises(LrsError, match="401"),
    ):
        send(iter(some(1_000)), store, Position(path, "a"))
    assert Position(path, "a").count == 500
    assert Position(path, "another key").count == 0
    with store_that(lambda batch: 204) as (store, batches):
        sent = send(iter(some(1_000)), store, Position(path, "a"))
    assert (sent.skipped, sent.accepted) == (500, 500)
    assert batches[0][0]["id"] == "id500"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"what":"a","sent":"x"}', '{"what":"a"}'])
def test_a_position_that_can_not_be_read_begins_again(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sent.json"
    path.write_text(text)
    assert Position(path, "a").count == 0


@pytest.mark.parametrize(
    "address",
    ["http://lrs.example.edu/x", "ftp://x/y", "lrs.example.edu", "https://u:p@lrs.example.edu/x"],
)
def test_a_password_never_travels_in_the_open(address: str) -> None:
    with pytest.raises(LrsError):
        require_safe(address)


def test_name_and_password_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "auth"
    path.write_text("tutor:se:cret\n")
    assert read_auth(path) == ("tutor", "se:cret")
    path.write_text("tutor\n")
    with pytest.raises(LrsError, match="NAME:PASSWORD"):
        read_auth(path)
