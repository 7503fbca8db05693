from __future__ import annotations

import os
import random
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from zlib import crc32

import pytest

from tinytutor.progress import recovery
from tinytutor.progress.backups import write_backup
from tinytutor.progress.durable import temporary_beside
from tinytutor.progress.event_json import to_line
from tinytutor.progress.events import Event, HintShown
from tinytutor.progress.recovery import Recovery, recover
from tinytutor.progress.store import ProgressStore, StoreNewerError, StoreUnreadableError
from tinytutor.progress.store_file import connect

PAGE = 4096
COUNT = 400


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "progress.sqlite"


def fill(path: Path, count: int = COUNT, first: int = 1) -> None:
    with ProgressStore.open(path, create=True) as store:
        store.append(*(Event(HintShown(step), "02_m2") for step in range(first, first + count)))


def back_up(path: Path) -> Path:
    with ProgressStore.open(path) as store:
        return store.back_up()


def stored_steps(path: Path) -> list[tuple[int, int]]:
    with ProgressStore.open(path) as store:
        assert store.problems() == []
        assert store.write_problem is None
        return [(event.sequence, event.what.step) for event in store.events()]


def overwrite_page(path: Path, number: int) -> None:
    content = bytearray(path.read_bytes())
    content[number * PAGE : (number + 1) * PAGE] = b"\xff" * PAGE
    path.write_bytes(content)


def page_kinds(path: Path) -> dict[int, str]:
    """Page number → `events` for a leaf of that table, else what it is."""
    content = path.read_bytes()
    kinds = {}
    for number in range(1, len(content) // PAGE):
        first = content[number * PAGE]
        kinds[number] = {13: "leaf of a table", 5: "inside of a table"}.get(first, "index")
    return kinds


# Backups


def test_the_newest_three_backups_stay(path: Path) -> None:
    for round_number in range(5):
        fill(path, 2, first=2 * round_number + 1)
        copy = back_up(path)
    names = sorted(file.name for file in copy.parent.iterdir())
    assert names == ["000000000006.sqlite", "000000000008.sqlite", "000000000010.sqlite"]
    assert stored_steps(copy) == [(n, n) for n in range(1, 11)]


def test_a_backup_of_an_unchanged_store_replaces_the_last_one(path: Path) -> None:
    fill(path, 2)
    assert back_up(path) == back_up(path)
    assert len(list(back_up(path).parent.iterdir())) == 1


def test_a_damaged_store_drives_out_no_good_backup(path: Path) -> None:
    fill(path)
    good = back_up(path)
    fill(path, 1)
    overwrite_page(path, 3)
    with closing(connect(path)) as connection, pytest.raises(sqlite3.DatabaseError):
        write_backup(connection, path, keep=1)
    assert [file.name for file in good.parent.iterdir()] == [good.name]


def test_what_a_killed_program_left_is_swept_after_an_hour(path: Path) -> None:
    old, fresh = temporary_beside(path), temporary_beside(path)
    other = path.with_name("notes.txt")
    for file in (old, fresh, other):
        file.write_bytes(b"")
    os.utime(old, (time.time() - 7200,) * 2)
    os.utime(other, (time.time() - 7200,) * 2)
    temporary_beside(path)
    assert sorted(path.parent.iterdir()) == sorted([fresh, other])


# Recovery


def test_a_sound_store_is_left_as_it_is(path: Path) -> None:
    fill(path)
    before = path.read_bytes()
    assert recover(path) == Recovery(events=COUNT, from_backup=0, lost=0, aside=None)
    assert stored_steps(path) == [(n, n) for n in range(1, COUNT + 1)]
    assert len(path.read_bytes()) == len(before)


def test_a_newer_store_is_not_touched(path: Path) -> None:
    fill(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(StoreNewerError):
        recover(path)
    assert path.read_bytes() == before


def test_a_damaged_page_costs_only_the_events_on_it(path: Path) -> None:
    fill(path)
    leaves = [number for number, kind in page_kinds(path).items() if kind == "leaf of a table"]
    overwrite_page(path, leaves[len(leaves) // 2])
    damaged = path.read_bytes()
    found = recover(path)
    assert 0 < found.lost < 40
    assert found.events == COUNT - found.lost
    assert found.from_backup == 0
    steps = stored_steps(path)
    assert len(steps) == found.events
    assert all(sequence == step for sequence, step in steps)
    assert steps == sorted(steps)
    assert found.aside is not None
    assert found.aside.name.startswith("progress.unreadable-")
    assert found.aside.read_bytes() == damaged
    fill(path, 1, first=999)
    assert stored_steps(path)[-1] == (COUNT + 1, 999)


def test_a_damaged_index_costs_nothing(path: Path) -> None:
    fill(path)
    overwrite_page(path, next(n for n, kind in page_kinds(path).items() if kind == "index"))
    found = recover(path)
    assert (found.events, found.lost) == (COUNT, 0)
    assert stored_steps(path) == [(n, n) for n in range(1, COUNT + 1)]


def test_the_backup_fills_the_holes(path: Path) -> None:
    fill(path)
    back_up(path)
    fill(path, 50, first=COUNT + 1)
    leaves = [number for number, kind in page_kinds(path).items() if kind == "leaf of a table"]
    overwrite_page(path, leaves[len(leaves) // 2])
    found = recover(path)
    assert (found.events, found.lost) == (COUNT + 50, 0)
    assert 0 < found.from_backup < 40
    assert stored_steps(path) == [(n, n) for n in range(1, COUNT + 51)]


@pytest.mark.parametrize("content", [b"", b"\0" * 20_000, b"not a database" * 1_000])
def test_where_nothing_can_be_read_the_backup_is_put_in_place(path: Path, content: bytes) -> None:
    fill(path)
    back_up(path)
    path.write_bytes(content)
    found = recover(path)
    assert (found.events, found.from_backup, found.lost) == (COUNT, COUNT, 0)
    assert found.aside is not None
    assert found.aside.read_bytes() == content
    assert stored_steps(path) == [(n, n) for n in range(1, COUNT + 1)]


def test_a_lost_store_comes_back_from_its_backup(path: Path) -> None:
    fill(path)
    back_up(path)
    path.unlink()
    assert recover(path) == Recovery(events=COUNT, from_backup=COUNT, lost=0, aside=None)
    assert stored_steps(path) == [(n, n) for n in range(1, COUNT + 1)]


def test_the_file_of_another_program_is_put_aside_whole(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE events (sequence INTEGER, event_id, body)")
        connection.execute("INSERT INTO events VALUES (1, 'a', '{}')")
        connection.commit()
    content = path.read_bytes()
    found = recover(path)
    assert found.events == 0
    assert found.aside is not None
    assert found.aside.read_bytes() == content
    assert stored_steps(path) == []


def test_a_damaged_backup_leaves_the_rotation(path: Path) -> None:
    fill(path)
    good = back_up(path)
    bad = good.with_name("000000009999.sqlite")
    empty = good.with_name("000000008888.sqlite")
    shutil.copy(path, bad)
    overwrite_page(bad, 3)
    empty.write_bytes(b"")
    path.write_bytes(b"")
    assert recover(path).events == COUNT
    assert sorted(file.name for file in good.parent.iterdir()) == [
        good.name,
        "000000008888.damaged",
        "000000009999.damaged",
    ]


def test_an_interrupted_append_is_rolled_back_not_salvaged(path: Path) -> None:
    fill(path)
    # What a crash in the middle of a commit leaves: pages of the new state, the old in the journal.
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("PRAGMA cache_spill = 1")
        connection.execute("BEGIN EXCLUSIVE")
        for number in range(300):
            event = Event(HintShown(COUNT + number), "02_m2")
            body = to_line(event)
            connection.execute(
                "INSERT INTO events (event_id, body, body_crc32) VALUES (?, ?, ?)",
                (event.event_id, body, crc32(body.encode())),
            )
        crashed = path.with_name("crashed.sqlite")
        shutil.copy(path, crashed)
        shutil.copy(f"{path}-journal", f"{crashed}-journal")
    assert crashed.stat().st_size > path.stat().st_size
    with pytest.MonkeyPatch.context() as patched:
        # As if something else were wrong with the file, too.
        patched.setattr(recovery, "_sound_events", lambda _: None)
        found = recover(crashed)
    assert (found.events, found.lost) == (COUNT, 0)
    assert stored_steps(crashed) == [(n, n) for n in range(1, COUNT + 1)]


def test_a_recovery_that_was_interrupted_is_taken_up_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(path)
    overwrite_page(path, next(n for n, kind in page_kinds(path).items() if kind == "index"))

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(recovery, "create_file", crash)
        with pytest.raises(KeyboardInterrupt):
            recover(path)
    assert not path.exists()
    with pytest.raises(StoreUnreadableError, match="is gone, but"):
        ProgressStore.open(path, create=True)
    assert recover(path).events == COUNT
    assert stored_steps(path) == [(n, n) for n in range(1, COUNT + 1)]


def test_two_histories_are_joined_without_losing_either(path: Path) -> None:
    fill(path, 10)
    back_up(path)
    elsewhere = path.with_name("elsewhere") / path.name
    fill(elsewhere, 5, first=101)
    shutil.copy(elsewhere, path)
    path.with_name("progress.sqlite-journal").unlink()
    overwrite_page(path, next(n for n, kind in page_kinds(path).items() if kind == "index"))
    assert recover(path).events == 15
    steps = stored_steps(path)
    assert [sequence for sequence, _ in steps] == list(range(1, 16))
    assert {step for _, step in steps} == {*range(1, 11), *range(101, 106)}


@pytest.mark.parametrize("seed", range(40))
def test_random_damage_never_crashes_and_never_invents_events(path: Path, seed: int) -> None:
    fill(path)
    chance = random.Random(seed)
    content = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(content))
        length = min(chance.choice([1, 8, 600, 9_000]), len(content) - place)
        content[place : place + length] = chance.randbytes(length)
    path.write_bytes(content)
    found = recover(path)
    steps = stored_steps(path)
    assert len(steps) == found.events
    assert found.events + found.lost <= COUNT or found.aside is not None
    assert {step for _, step in steps} <= set(range(1, COUNT + 1))
    with ProgressStore.open(path) as store:
        store.append(Event(HintShown(1)))
