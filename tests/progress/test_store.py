from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.progress.samples import happened, passed
from tinytutor.progress import store_file
from tinytutor.progress.event_json import encode
from tinytutor.progress.events import Event, HintShown, ModuleStarted, Opaque
from tinytutor.progress.schema import APPLICATION_ID, MIGRATIONS, migrate
from tinytutor.progress.store import (
    ProgressStore,
    StoreBusyError,
    StoreError,
    StoreFullError,
    StoreNewerError,
    StoreNotWritableError,
    StoreUnreadableError,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a folder" / "progress.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[ProgressStore]:
    with ProgressStore.open(path, create=True) as store:
        yield store


def hints(count: int, first: int = 1) -> list[Event]:
    return [Event(HintShown(step), "02_m2", "create") for step in range(first, first + count)]


def steps(store: ProgressStore) -> list[int]:
    return [event.what.step for event in store.events() if isinstance(event.what, HintShown)]


# Appending and reading


def test_events_come_back_numbered_in_their_order(store: ProgressStore, path: Path) -> None:
    stored = [*store.append(*hints(2)), *store.append(Event(passed(source="ä = '\ud800'\n")))]
    assert [event.sequence for event in stored] == [1, 2, 3]
    assert store.events() == stored
    assert store.events(after=2) == stored[2:]
    assert store.last_sequence() == 3
    with ProgressStore.open(path) as again:
        assert again.events() == stored
        assert again.write_problem is None


def test_appending_nothing_changes_nothing(store: ProgressStore) -> None:
    assert store.append() == ()
    assert store.last_sequence() == 0


def test_all_events_of_an_append_are_stored_or_none(store: ProgressStore) -> None:
    first, second = store.append(*hints(2))
    fresh = Event(ModuleStarted(), "02_m2")
    impostor = replace(first, what=HintShown(9), sequence=0)
    with pytest.raises(ValueError, match="taken by event 1"):
        store.append(fresh, impostor)
    assert store.events() == [first, second]
    assert store.append(fresh)[0].sequence == 3


def test_an_append_can_be_repeated_without_harm(store: ProgressStore) -> None:
    first, second, third = hints(3)
    store.append(first, second)
    assert [event.sequence for event in store.append(second, third, first)] == [2, 3, 1]
    assert steps(store) == [1, 2, 3]


def test_events_of_a_newer_version_stay_whole(store: ProgressStore, path: Path) -> None:
    raw = encode(happened(1, ModuleStarted())) | {"kind": "mind_read", "data": {"thought": [1]}}
    opaque = replace(happened(1, Opaque("mind_read", 1, raw)), event_id=str(raw["event_id"]))
    (stored,) = store.append(opaque)
    with ProgressStore.open(path) as again:
        (read,) = again.events()
    assert encode(read) == encode(stored) == raw | {"sequence": 1}


def test_no_statement_changes_or_removes_an_event(store: ProgressStore, path: Path) -> None:
    store.append(*hints(1))
    with closing(sqlite3.connect(path)) as connection:
        for statement in ("DELETE FROM events", "UPDATE events SET body = ''"):
            with pytest.raises(sqlite3.IntegrityError, match="events are never"):
                connection.execute(statement)


def test_the_file_is_synced_at_each_commit_and_keeps_no_write_ahead_log(path: Path) -> None:
    with ProgressStore.open(path, create=True) as store:
        store.append(*hints(1))
    with closing(store_file.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("truncate",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert not list(path.parent.glob("*-wal"))


@pytest.mark.parametrize(
    "name", ["a b", "50%20", "what?", "c#", "größe", "a'b", "file:x", "&mode=ro"]
)
def test_any_name_of_a_folder_will_do(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "progress.sqlite"
    with ProgressStore.open(path, create=True) as store:
        store.append(*hints(1))
        assert steps(store) == [1]
        assert store.back_up().is_file()
    assert path.is_file()
    assert [file.name for file in tmp_path.iterdir()] == [name]


@pytest.mark.skipif(sys.platform != "linux", reason="names there are bytes of any kind")
def test_a_name_that_is_no_text_will_do(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")) / "progress.sqlite"
    with ProgressStore.open(path, create=True) as store:
        store.append(*hints(1))
    assert path.is_file()


# Several at once


def test_an_open_store_sees_what_another_one_appends(store: ProgressStore, path: Path) -> None:
    with ProgressStore.open(path) as other:
        other.append(*hints(2))
        store.append(*hints(1, first=3))
        assert steps(store) == steps(other) == [1, 2, 3]


def test_threads_share_one_store(store: ProgressStore) -> None:
    threads = [
        threading.Thread(target=lambda n=n: [store.append(e) for e in hints(20, first=20 * n + 1)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(steps(store)) == list(range(1, 81))


WRITER = """
import sys
from pathlib import Path
from tinytutor.progress.events import Event, HintShown
from tinytutor.progress.store import ProgressStore
store = ProgressStore.open(Path(sys.argv[1]), create=True)
for step in range(int(sys.argv[2]), int(sys.argv[2]) + 100):
    store.append(Event(HintShown(step), "02_m2"))
"""


def test_two_processes_make_and_write_one_store(path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(first)])
        for first in (1, 101)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    with ProgressStore.open(path) as store:
        assert sorted(steps(store)) == list(range(1, 201))
        assert [event.sequence for event in store.events()] == list(range(1, 201))
    assert sorted(file.name for file in path.parent.iterdir()) == [
        path.name,
        f"{path.name}-journal",
    ]


def test_a_writer_that_never_ends_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_file, "BUSY_SECONDS", 0.05)
    with (
        ProgressStore.open(path, create=True) as store,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        store.append(*hints(1))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusyError, match="another program keeps"):
            store.append(*hints(1, first=2))
        assert isinstance(store.write_problem, StoreBusyError)
        assert steps(store) == [1]
        with ProgressStore.open(path) as reader:
            assert isinstance(reader.write_problem, StoreBusyError)
            assert steps(reader) == [1]
        other.execute("ROLLBACK")
        store.append(*hints(1, first=2))
        assert store.write_problem is None


# Files that can't be used


def test_a_store_is_made_only_where_that_is_asked_for(path: Path) -> None:
    with pytest.raises(StoreUnreadableError, match="doctor --recover"):
        ProgressStore.open(path)
    assert not path.parent.exists()


def damaged_start(content: bytes) -> bytes:
    return b"\0" * 200 + content[200:]


def cut_short(content: bytes) -> bytes:
    return content[: len(content) // 2]


def emptied(_: bytes) -> bytes:
    return b""


def torn_page(content: bytes) -> bytes:
    return content[:8192] + b"\xff" * 4096 + content[12288:]


@pytest.mark.parametrize("damage", [damaged_start, cut_short, emptied, torn_page])
@pytest.mark.parametrize("create", [True, False])
def test_a_damaged_file_is_never_taken_for_a_new_one(
    path: Path, damage: Callable[[bytes], bytes], create: bool
) -> None:
    with ProgressStore.open(path, create=True) as store:
        store.append(*hints(200))
    path.write_bytes(damage(path.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(StoreUnreadableError, match=r"damaged.*`tinytutor doctor`"):
        ProgressStore.open(path, create=create)
    assert path.read_bytes() == before


def test_a_damaged_event_is_named_by_its_number(path: Path) -> None:
    with ProgressStore.open(path, create=True) as store:
        store.append(*hints(3))
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DROP TRIGGER events_keep")
            connection.execute("UPDATE events SET body = 'gibberish' WHERE sequence = 2")
            connection.commit()
        with pytest.raises(StoreUnreadableError, match="event 2 is damaged"):
            store.events()


def test_the_database_of_another_program_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE events (sequence, body)")
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(StoreUnreadableError, match="belongs to another program"):
        ProgressStore.open(path, create=True)
    assert path.read_bytes() == before


def test_our_file_without_its_table_is_damaged(path: Path) -> None:
    with ProgressStore.open(path, create=True):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE events")
    with pytest.raises(StoreUnreadableError, match="table of events is missing"):
        ProgressStore.open(path)


def test_a_newer_store_asks_for_a_newer_program(path: Path) -> None:
    with ProgressStore.open(path, create=True):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = path.read_bytes()
    with pytest.raises(StoreNewerError, match="pip install --upgrade tinytutor"):
        ProgressStore.open(path, create=True)
    assert path.read_bytes() == before


def test_a_store_that_vanished_is_not_made_anew_while_copies_of_it_are_there(path: Path) -> None:
    with ProgressStore.open(path, create=True) as store:
        store.append(*hints(3))
        store.back_up()
    path.unlink()
    with pytest.raises(StoreUnreadableError, match=r"is gone, but .* is there"):
        ProgressStore.open(path, create=True)


@pytest.mark.skipif(os.name == "nt", reason="an open file can't be moved there")
def test_events_are_not_written_into_a_file_that_was_moved_away(store: ProgressStore) -> None:
    store.append(*hints(1))
    store.path.rename(store.path.with_name("elsewhere.sqlite"))
    with pytest.raises(StoreUnreadableError, match="moved or replaced"):
        store.append(*hints(1, first=2))


def test_a_folder_in_its_place_is_named(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StoreUnreadableError, match="can't be opened"):
        ProgressStore.open(path, create=True)


# Disks that are full or closed

FULL_DISK = """
import resource, sys
from pathlib import Path
from tinytutor.progress.events import Event, HintShown, ModulePassed
from tinytutor.progress.store import ProgressStore, StoreError, StoreNotWritableError
path = Path(sys.argv[1])
store = ProgressStore.open(path)
limit = path.stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
big = Event(ModulePassed("a", "t", "m2", "x" * 200_000))
try:
    store.append(Event(HintShown(8)), big)
except StoreNotWritableError as error:
    print(type(error).__name__, "quota" in str(error), len(store.events()))
print(isinstance(store.write_problem, StoreNotWritableError))
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
try:
    store.back_up()
except (StoreError, OSError):
    print("no backup")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print([event.sequence for event in store.append(Event(HintShown(8)), big)], store.write_problem)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs a limit on the size of files")
def test_a_quota_that_is_used_up_costs_nothing_that_was_recorded(path: Path) -> None:
    with ProgressStore.open(path, create=True) as store:
        store.append(*hints(7))
        backup = store.back_up()
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.splitlines() == [
        "StoreNotWritableError True 7",
        "True",
        "no backup",
        "[8, 9] None",
    ]
    assert [file.name for file in backup.parent.iterdir()] == [backup.name]


def test_a_full_disk_is_named_and_work_goes_on_when_there_is_space(path: Path) -> None:
    with ProgressStore.open(path, create=True) as store:
        store.append(*hints(7))
        (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreFullError, match="disk is full"):
            store.append(*hints(1, first=8), Event(passed(source="x" * 100_000)))
        assert steps(store) == list(range(1, 8))
        assert isinstance(store.write_problem, StoreFullError)
        store._connection.execute("PRAGMA max_page_count = 100000")
        store.append(*hints(1, first=8))
        assert store.write_problem is None
        assert store.problems() == []


READ_ONLY = """
import os, sys
from pathlib import Path
from tinytutor.progress.events import Event, HintShown
from tinytutor.progress.store import ProgressStore, StoreError
event = Event(HintShown(8))
if os.geteuid() == 0:
    os.seteuid(65534)  # root may write whatever the permissions say
path = Path(sys.argv[1])
store = ProgressStore.open(path)
print(type(store.write_problem).__name__, len(store.events()))
try:
    store.append(event)
except StoreError as error:
    print(type(error).__name__, "write permission" in str(error))
try:
    ProgressStore.open(path.with_name("new.sqlite"), create=True)
except StoreError as error:
    print(type(error).__name__)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs the permissions of POSIX")
def test_a_store_that_may_only_be_read_is_read(tmp_path: Path) -> None:
    path = tmp_path / "progress.sqlite"
    with ProgressStore.open(path, create=True) as store:
        store.append(*hints(7))
    # All folders that pytest made: another user has to get through them.
    mine = [folder for folder in tmp_path.parents if folder.name.startswith(("pytest", "popen"))]
    folders = [tmp_path, *mine]
    modes = {folder: folder.stat().st_mode for folder in folders}
    path.chmod(0o444)
    for folder in folders:
        folder.chmod(0o555 if folder == tmp_path else 0o755)
    try:
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(path)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        for folder, mode in modes.items():
            folder.chmod(mode)
    assert done.stdout.splitlines() == [
        "StoreNotWritableError 7",
        "StoreNotWritableError True",
        "StoreNotWritableError",
    ], done.stderr


# The schema and its steps


def test_each_step_of_the_schema_is_done_once_and_whole(tmp_path: Path) -> None:
    steps_done = (*MIGRATIONS, ("CREATE TABLE notes (text)", "INSERT INTO notes VALUES ('a')"))
    broken = (*steps_done, ("CREATE TABLE more (x)", "INSERT INTO nowhere VALUES (1)"))
    with closing(sqlite3.connect(tmp_path / "a", isolation_level=None)) as connection:
        migrate(connection)
        migrate(connection, steps_done)
        migrate(connection, steps_done)
        assert connection.execute("SELECT count(*) FROM notes").fetchone() == (1,)
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            migrate(connection, broken)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(steps_done),)
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        assert "more" not in names


def test_every_error_of_the_store_is_a_store_error() -> None:
    kinds = (StoreBusyError, StoreFullError, StoreNewerError, StoreNotWritableError)
    assert all(issubclass(kind, StoreError) for kind in (*kinds, StoreUnreadableError))
