"""Statements in a real store: all there, none twice, whatever was cut off or refused."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("duckdb")
pytest.importorskip("httpx", reason="needs `pip install 'tinytutor[lrs]'`")

import httpx

from tests.cohort.conftest import make_bundles
from tests.cohort.lrs.conftest import Ralph
from tests.cohort.samples import COURSE
from tinytutor.cohort.errors import LrsError
from tinytutor.cohort.exports.statements import Speaker, statements
from tinytutor.cohort.lrs.sending import Position, Sent, send
from tinytutor.cohort.pseudonyms import pseudonym
from tinytutor.cohort.records.cohort import Cohort
from tinytutor.cohort.records.ingest import ingest
from tinytutor.cohort.synthetic import Plan


def made(domain: str) -> Speaker:
    return Speaker(domain, lambda student: pseudonym(bytes(32), COURSE.id, student))


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cohort]:
    folder = tmp_path_factory.mktemp("few")
    ingest(
        make_bundles(folder / "in", Plan(6, seed=2, hours_scale=0.1, mess=False)),
        COURSE,
        folder / "cohort",
    )
    with Cohort(folder / "cohort", COURSE) as opened:
        yield opened


def get(ralph: Ralph, **query: str) -> dict[str, Any]:
    """What the store itself answers."""
    answer = httpx.get(
        ralph.store.url,
        params=query,
        auth=(ralph.store.user, ralph.store.password),
        headers={"X-Experience-API-Version": "1.0.3"},
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def stored_ids(ralph: Ralph, domain: str) -> list[str]:
    if not ralph.file.exists():
        return []
    lines = [json.loads(line) for line in ralph.file.read_text().splitlines()]
    home_page = f"https://{domain}/xapi/pseudonym/v1"
    return [s["id"] for s in lines if s["actor"]["account"]["homePage"] == home_page]


def test_all_are_there_once_however_often_they_are_sent(ralph: Ralph, cohort: Cohort) -> None:
    mine = list(statements(cohort, made("once.example.edu")))
    assert len(mine) > 500  # more than one batch
    first = send(iter(mine), ralph.store)
    assert first == Sent(accepted=len(mine))
    again = send(iter(mine), ralph.store)
    assert again == Sent(accepted=len(mine))
    stored = stored_ids(ralph, "once.example.edu")
    assert len(stored) == len(set(stored)) == len(mine)
    for statement in mine[:: len(mine) // 10]:
        answer = get(ralph, statementId=statement["id"])
        (found,) = answer.get("statements", [answer])
        for key in ("actor", "verb", "object", "context", "timestamp"):
            assert found[key] == statement[key]
        assert found.get("result") == statement.get("result")


def test_the_store_knows_whose_they_are(ralph: Ralph, cohort: Cohort) -> None:
    mine = list(statements(cohort, made("agents.example.edu")))
    send(iter(mine), ralph.store)
    actor = mine[0]["actor"]
    own = {statement["id"] for statement in mine if statement["actor"] == actor}
    found = get(ralph, agent=json.dumps(actor))["statements"]
    assert found
    assert {statement["id"] for statement in found} <= own
    enrolment = mine[0]["context"]["registration"]
    found = get(ralph, registration=enrolment)["statements"]
    assert found
    assert {statement["id"] for statement in found} <= own


def test_one_bad_statement_costs_itself_alone(ralph: Ralph, cohort: Cohort) -> None:
    mine = list(statements(cohort, made("bad.example.edu")))[:300]
    bad = [
        {**mine[17], "verb": {}},
        {key: value for key, value in mine[201].items() if key != "actor"},
    ]
    mixed = [*mine[:17], bad[0], *mine[18:201], bad[1], *mine[202:]]
    sent = send(iter(mixed), ralph.store)
    assert sent.accepted == 298
    assert [refused.statement_id for refused in sent.refused] == [bad[0]["id"], bad[1]["id"]]
    assert sent.refused[0].reason.startswith("422")
    assert len(set(stored_ids(ralph, "bad.example.edu"))) == 298


def test_other_content_under_a_known_id_is_told(ralph: Ralph, cohort: Cohort) -> None:
    mine = list(statements(cohort, made("other.example.edu")))[:40]
    send(iter(mine), ralph.store)
    changed = [*mine[:7], {**mine[7], "timestamp": "2026-01-01T00:00:00.000Z"}, *mine[8:]]
    sent = send(iter(changed), ralph.store)
    assert (sent.accepted, len(sent.refused)) == (39, 1)
    assert "another statement with this id" in sent.refused[0].reason


def test_a_wrong_password_and_a_wrong_address_are_clear_errors(
    ralph: Ralph, cohort: Cohort
) -> None:
    mine = list(statements(cohort, made("wrong.example.edu")))[:3]
    with pytest.raises(LrsError, match=r"lets 'tutor' not in \(401\)"):
        send(iter(mine), replace(ralph.store, password="guess"))
    with pytest.raises(LrsError, match="no learning record store"):
        send(iter(mine), replace(ralph.store, endpoint=ralph.store.endpoint + "/nowhere"))


SENDER = """
import sys
from pathlib import Path
from tests.cohort.lrs.test_ralph import made
from tests.cohort.samples import COURSE
from tinytutor.cohort.exports.statements import statements
from tinytutor.cohort.lrs import sending
from tinytutor.cohort.records.cohort import Cohort
sending.batched.__defaults__ = (20, 512 * 1024)
store = sending.Store(sys.argv[1], "tutor", "secret")
with Cohort(Path(sys.argv[2]), COURSE) as cohort:
    position = sending.Position(Path(sys.argv[3]), "cut")
    print("ready", flush=True)
    sending.send(statements(cohort, made("cut.example.edu")), store, position,
                 on_progress=lambda done: print(done, flush=True))
"""


def test_what_was_cut_off_goes_on(ralph: Ralph, cohort: Cohort, tmp_path: Path) -> None:
    position = tmp_path / "sent.json"
    sender = subprocess.Popen(
        [sys.executable, "-c", SENDER, ralph.store.endpoint, str(cohort.folder), str(position)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert sender.stdout is not None
    for line in sender.stdout:
        if line.strip() == "100":
            break
    time.sleep(0.02)
    sender.kill()
    sender.communicate()
    mine = list(statements(cohort, made("cut.example.edu")))
    kept = Position(position, "cut")
    assert 100 <= kept.count < len(mine)
    before = kept.count
    sent = send(iter(mine), ralph.store, kept)
    assert (sent.skipped, sent.accepted) == (before, len(mine) - before)
    stored = stored_ids(ralph, "cut.example.edu")
    assert sorted(set(stored)) == sorted(statement["id"] for statement in mine)
    assert len(stored) == len(mine)
