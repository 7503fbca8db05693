from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome
from tinytutor.cli.commands.privacy import KINDS
from tinytutor.progress.erasing import rewrite
from tinytutor.progress.event_json import from_line
from tinytutor.progress.events import KINDS as EVENT_KINDS
from tinytutor.progress.store import ProgressStore

Call = Callable[..., Outcome]
SECRET = b"the lesson about half lost me"


@pytest.fixture
def talked(workspace: Path, call: Call) -> Path:
    """A workspace with words in the record, in a backup and in a bundle."""
    assert call("start", "01").code == 0
    assert call("check", "01").code == 1
    assert call("confused", "01", "-m", SECRET.decode()).code == 0
    with ProgressStore.open(store_of(workspace)) as store:
        store.back_up()
    assert call("submit", "--with-texts").code == 0
    return workspace


def store_of(workspace: Path) -> Path:
    return workspace / ".tinytutor" / "progress.sqlite"


def places_of(secret: bytes, folder: Path) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if secret in path.read_bytes()]


def test_every_kind_of_event_is_explained() -> None:
    assert KINDS.keys() == EVENT_KINDS.keys()


def test_show_counts_and_says_what_leaves(call: Call, talked: Path) -> None:
    shown = call("privacy", "show")
    assert str(store_of(talked)) in shown.stdout
    assert "1  confusion_reported" in shown.stdout
    assert "with your words" in shown.stdout
    call("privacy", "consent", "--no-words")
    assert "without your words" in call("privacy", "show").stdout
    document = call("privacy", "show", "--json").json
    assert document["events"]["confusion_reported"] == 1
    assert document["share_texts"] is False


def test_consent_is_kept_and_heeded(call: Call, talked: Path) -> None:
    assert call("privacy", "consent", "--json").json["share_texts"] is True
    assert "are not handed in" in call("privacy", "consent", "--no-words").stdout
    assert call("submit", "--json").json["with_texts"] is False


def test_export_is_all_that_is_recorded(call: Call, talked: Path, tmp_path: Path) -> None:
    lines = call("privacy", "export").stdout.splitlines()
    with ProgressStore.open(store_of(talked)) as store:
        assert [from_line(line) for line in lines] == store.events()
    assert call("privacy", "export", "-o", str(tmp_path / "mine.jsonl")).code == 0
    assert (tmp_path / "mine.jsonl").read_text().splitlines() == lines
    (tmp_path / "essay.txt").write_text("mine")
    assert call("privacy", "export", "-o", str(tmp_path / "essay.txt")).code == 2


def test_erased_words_are_nowhere_and_the_figures_stay(call: Call, talked: Path) -> None:
    before = call("stats", "--json").json
    assert places_of(SECRET, talked)
    assert call("privacy", "erase", "--words", "--yes").code == 0
    assert places_of(SECRET, talked) == []
    assert call("stats", "--json").json == before
    assert call("doctor", "--json").json["checks"]
    text = json.dumps([json.loads(line) for line in call("privacy", "export").stdout.splitlines()])
    assert "not started" not in text


def test_erasing_all_begins_anew_and_keeps_the_notebooks(call: Call, talked: Path) -> None:
    assert call("privacy", "erase", "--all", "--yes").code == 0
    assert places_of(SECRET, talked) == []
    assert (talked / "01_numbers.ipynb").exists()
    assert call("stats", "--json").json["overall"]["attempts"] == 0
    assert call("check", "01").code == 1
    assert call("stats", "--json").json["overall"]["attempts"] == 1


def test_erasing_asks_and_wants_one_choice(call: Call, talked: Path) -> None:
    refused = call("privacy", "erase", "--all")
    assert refused.code == 130
    assert places_of(SECRET, talked)
    assert call("privacy", "erase", "--yes").code == 2
    assert call("privacy", "erase", "--all", "--words", "--yes").code == 2


def test_a_rewritten_store_numbers_on_and_is_sound(talked: Path) -> None:
    path = store_of(talked)
    with ProgressStore.open(path) as store:
        events = store.events()
    leftover = path.with_name("progress.erasing.sqlite")
    leftover.write_bytes(b"of a kill")
    rewrite(path, events)
    assert not leftover.exists()
    with ProgressStore.open(path) as store:
        assert store.events() == events
        assert store.problems() == []
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.Error):
        connection.execute("DELETE FROM events")
    connection.close()


def test_a_key_is_made_once(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "our.key"
    assert call("privacy", "key", str(path)).code == 0
    before = path.read_text()
    again = call("privacy", "key", str(path))
    assert again.code == 2
    assert path.read_text() == before
