"""What lies in the Parquet files is what the events say, told by the plain way one by one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("duckdb")
import duckdb

from tests.cohort.conftest import TESTS, Made
from tests.cohort.reference import events_by_student, metrics_by_student, parsed
from tests.cohort.samples import COURSE, as_lines, handmade_bundle, honest_bundle
from tests.cohort.test_bundles import a_story
from tests.progress.samples import happened, numbered
from tinytutor.cohort.errors import CohortError, IngestError
from tinytutor.cohort.records.cohort import Cohort
from tinytutor.cohort.records.database import files_literal, locked_connection
from tinytutor.cohort.records.inbox import find_bundles, look_at
from tinytutor.cohort.records.ingest import batches, ingest
from tinytutor.cohort.records.receipts import Receipt, Taken, read_receipts
from tinytutor.cohort.synthetic import Plan, students
from tinytutor.progress.active_time import time_spent
from tinytutor.progress.event_json import EventError, from_line
from tinytutor.progress.events import ConfusionReported, ModuleStarted, Opaque


def rows(folder: Path, table: str, what: str = "*") -> list[dict[str, Any]]:
    connection = locked_connection(folder)
    query = f"SELECT {what} FROM read_parquet({files_literal(folder, f'{table}/*.parquet')})"
    found = connection.execute(query)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def taken(folder: Path, *bundles: Path) -> dict[str, Receipt]:
    receipts = ingest(look_at(bundles, COURSE), COURSE, folder / "cohort")
    return {Path(receipt.file).name: receipt for receipt in receipts}


def stamp(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=None)


def test_every_figure_of_every_student_and_module_is_that_of_the_plain_way(messy: Made) -> None:
    expected = metrics_by_student(messy.inbox, COURSE)
    events = events_by_student(messy.inbox, COURSE)
    found = rows(messy.folder, "enrolments")
    assert len(found) == len(expected) * len(COURSE.modules)
    assert sum(row["completed"] for row in found) > 20
    gaps = {
        (student, gap): time_spent(log, gap)
        for student, log in events.items()
        for gap in (300, 1800)
    }
    for row in found:
        student, module_id = row["student"], row["module_id"]
        module = expected[student].of(module_id)
        progress = module.progress
        assert row["started"] == module.started
        assert row["started_at"] == stamp(progress.started_at)
        assert row["completed_at"] == stamp(progress.passed_at)
        for name, value in {
            "completed": module.completed,
            "tests_passed": module.tests_passed,
            "tests_run": module.tests_run,
            "result_passed": module.result_passed,
            "result_total": module.result_total,
            "attempts": module.attempts,
            "attempts_to_pass": module.attempts_to_pass,
            "exercise_runs": progress.exercise_runs,
            "errors": module.errors.total,
            "unwritten": module.errors.unwritten,
            "first_tries": len(module.first_tries),
            "first_tries_passed": sum(module.first_tries.values()),
            "hints": module.hints,
            "solutions_shown": len(progress.solutions_shown),
            "confusion_reports": module.confusion_reports,
            "overridden": progress.overridden,
        }.items():
            assert row[name] == value, (student, module_id, name)
        for name, seconds in {
            "active_seconds": module.time.active_seconds,
            "elapsed_seconds": module.time.elapsed_seconds,
            "total_active_seconds": module.time.total_active_seconds,
            "active_seconds_300": gaps[student, 300].of(module_id).active_seconds,
            "active_seconds_1800": gaps[student, 1800].of(module_id).active_seconds,
        }.items():
            assert row[name] == pytest.approx(seconds, abs=1e-3), (student, module_id, name)


def test_every_student_is_there_with_the_time_of_the_plain_way(messy: Made) -> None:
    expected = metrics_by_student(messy.inbox, COURSE)
    events = events_by_student(messy.inbox, COURSE)
    found = {row["student"]: row for row in rows(messy.folder, "students")}
    assert found.keys() == expected.keys()
    for student, row in found.items():
        assert row["events"] == len(events[student])
        assert row["active_seconds"] == pytest.approx(expected[student].active_seconds, abs=1e-3)
        assert row["elapsed_seconds"] == pytest.approx(expected[student].elapsed_seconds, abs=1e-3)


def test_the_mess_is_in_the_receipts(messy: Made) -> None:
    receipts = read_receipts(messy.folder / "bundles.jsonl")
    assert sum(receipt.rejected for receipt in receipts) > 0
    assert sum(receipt.duplicates for receipt in receipts) > 0
    assert {receipt.taken for receipt in receipts} >= {Taken.WHOLE, Taken.PARTLY}
    assert len(receipts) == len(messy.inbox.incoming) + len(messy.inbox.refused)


def test_an_invented_student_is_readable_as_a_real_one() -> None:
    broken, kinds = 0, set()
    for student in students(COURSE, TESTS, Plan(10, seed=1, hours_scale=0.2)):
        for line in student.lines:
            try:
                event = from_line(line)
            except EventError:
                broken += 1
                continue
            assert not isinstance(event.what, Opaque), event.what
            kinds.add(event.what.kind)
    assert broken
    assert kinds >= {"activity", "attempt_finished", "module_passed", "hint_shown"}


def test_several_bundles_of_a_student_are_one_story(tmp_path: Path) -> None:
    events = a_story()
    early = honest_bundle(tmp_path / "1.zip", events[:3], with_texts=True)
    late = honest_bundle(tmp_path / "2.zip", events, with_texts=True)
    copy = tmp_path / "3.zip"
    copy.write_bytes(late.read_bytes())
    receipts = taken(tmp_path, late, early, copy)
    assert (receipts["1.zip"].events, receipts["1.zip"].duplicates) == (3, 0)
    assert (receipts["2.zip"].events, receipts["2.zip"].duplicates) == (3, 3)
    assert receipts["3.zip"].taken is Taken.DUPLICATE
    assert "the same file as" in receipts["3.zip"].line
    assert len(rows(tmp_path / "cohort", "events")) == len(events)


def test_words_that_were_taken_back_are_gone(tmp_path: Path) -> None:
    events = a_story()[:5]
    honest_bundle(tmp_path / "1.zip", events, with_texts=True)
    more = numbered(*events, happened(99, ModuleStarted(), "02_m2"))
    honest_bundle(tmp_path / "2.zip", more, with_texts=False)
    taken(tmp_path, tmp_path / "1.zip", tmp_path / "2.zip")
    texts = [row["text"] for row in rows(tmp_path / "cohort", "events") if row["text"]]
    assert texts == []


def test_two_workspaces_of_a_student_follow_on_each_other(tmp_path: Path) -> None:
    for place, day in ((1, 0.0), (2, 86_400.0)):
        story = numbered(
            happened(day, ModuleStarted(), f"0{place}_m{place}", session=f"s{place}"),
            happened(day + 5, ConfusionReported(), f"0{place}_m{place}", session=f"s{place}"),
        )
        honest_bundle(tmp_path / f"{place}.zip", story)
    taken(tmp_path, tmp_path / "2.zip", tmp_path / "1.zip")
    found = sorted(rows(tmp_path / "cohort", "events"), key=lambda row: row["n"])
    assert [row["module_id"] for row in found] == ["01_m1", "01_m1", "02_m2", "02_m2"]


def test_a_copied_workspace_is_told(tmp_path: Path) -> None:
    events = a_story()
    honest_bundle(tmp_path / "1.zip", events, student="ada")
    honest_bundle(tmp_path / "2.zip", events, student="bob")
    receipts = taken(tmp_path, tmp_path / "1.zip", tmp_path / "2.zip")
    assert "that of ada: a copy?" in receipts["2.zip"].line
    assert receipts["2.zip"].events == len(events) - 1  # one stayed at home


def hostile_lines() -> bytes:
    line = as_lines(a_story()[:1]).strip()
    event = parsed(line)
    soon = (datetime.now(UTC) + timedelta(days=9)).isoformat(timespec="milliseconds")
    changed: list[dict[str, object]] = [
        {**event, "event_id": "f", "at": soon.replace("+00:00", "Z")},
        {**event, "event_id": "x'; DROP TABLE raw; --"},
        {**event, "event_id": "b", "boot_seconds": 1e300},
        {**event, "event_id": "c", "sequence": -1},
        {**event, "event_id": "d", "sequence": 2**80},
        {**event, "event_id": "e", "at": "yesterday"},
        {**event, "event_id": "i", "at": "-infinityZ"},
        {**event, "event_id": "j", "at": "0044-03-15 (BC)Z"},
        {**event, "event_id": "g", "session": ""},
        {**event, "event_id": "h", "kind": 7, "sequence": "many"},
    ]
    deep = b'{"event_id":"deep","data":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    parts = [json.dumps(each).encode() for each in changed]
    parts += [line[: len(line) // 2], b"[]", b"17", b'"x"', b"{}", b"null", deep, b"\xff"]
    return b"\n".join([*parts, line]) + b"\n"


def test_hostile_lines_are_counted_and_the_rest_is_kept(tmp_path: Path) -> None:
    bad = handmade_bundle(tmp_path / "bad.zip", hostile_lines())
    good = honest_bundle(tmp_path / "good.zip", a_story())
    receipts = taken(tmp_path, bad, good)
    assert receipts["bad.zip"].taken is Taken.PARTLY
    assert receipts["bad.zip"].events == 1
    assert receipts["bad.zip"].from_future == 1
    assert receipts["bad.zip"].rejected == len(hostile_lines().splitlines()) - 1
    assert "1 from the future" in receipts["bad.zip"].line
    assert receipts["good.zip"].taken is Taken.WHOLE


def test_a_line_cannot_speak_for_another_student(tmp_path: Path) -> None:
    event = parsed(as_lines(a_story()[:1]))
    forged = {**event, "student": "good", "filename": "0.jsonl", "number": 0}
    handmade_bundle(tmp_path / "bad.zip", json.dumps(forged).encode() + b"\n", student="bad")
    honest_bundle(tmp_path / "good.zip", [], student="good")
    taken(tmp_path, tmp_path / "bad.zip", tmp_path / "good.zip")
    assert {row["student"] for row in rows(tmp_path / "cohort", "events")} == {"bad"}


def test_values_that_are_no_numbers_of_this_world_count_nothing(tmp_path: Path) -> None:
    event = parsed(as_lines([*numbered(happened(0, ModuleStarted(), "01_m1"))]))
    lines = [json.dumps(event)]
    for place, seconds in enumerate(("NaN", "1e999", "-5", '"x"', "1e300"), 2):
        tick = {**event, "kind": "activity", "event_id": f"t{place}", "sequence": place}
        tick["data"] = {"seconds": "SECONDS", "source": "input", "place": ""}
        lines.append(json.dumps(tick).replace('"SECONDS"', seconds))
    handmade_bundle(tmp_path / "b.zip", "\n".join(lines).encode() + b"\n")
    taken(tmp_path, tmp_path / "b.zip")
    assert all(row["active_seconds"] == 0 for row in rows(tmp_path / "cohort", "enrolments"))


def test_a_student_without_usable_events_still_counts(tmp_path: Path) -> None:
    wrong = {"events": {"sha256": "0" * 64, "count": 1, "last_sequence": 1}}
    handmade_bundle(tmp_path / "b.zip", b"{}\n", about=wrong, student="eve")
    taken(tmp_path, tmp_path / "b.zip")
    (row,) = rows(tmp_path / "cohort", "students")
    assert (row["student"], row["events"]) == ("eve", 0)


def test_strange_names_of_folders_are_no_patterns_and_no_sql(tmp_path: Path) -> None:
    folder = tmp_path / "it's [a]*"
    folder.mkdir()
    honest_bundle(folder / "b.zip", a_story())
    assert taken(folder, folder / "b.zip")["b.zip"].events == 5
    assert len(rows(folder / "cohort", "events")) == 5


def test_no_bundle_and_a_taken_folder_are_clear_errors(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"no")
    with pytest.raises(IngestError, match="no zip"):
        taken(tmp_path, tmp_path / "x.zip")
    (tmp_path / "cohort").mkdir()
    (tmp_path / "cohort" / "mine.txt").write_text("mine")
    honest_bundle(tmp_path / "b.zip", a_story())
    with pytest.raises(IngestError, match="there already"):
        taken(tmp_path, tmp_path / "b.zip")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.zip", "cohort", "x.zip"]


def test_a_cohort_of_another_version_is_made_anew(tmp_path: Path) -> None:
    honest_bundle(tmp_path / "b.zip", a_story())
    taken(tmp_path, tmp_path / "b.zip")
    about = tmp_path / "cohort" / "cohort.json"
    about.write_text(json.dumps({**json.loads(about.read_text()), "schema_version": 1}))
    with pytest.raises(CohortError, match="make it again from the bundles"):
        Cohort(tmp_path / "cohort", COURSE)


def test_the_database_is_shut_in(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    connection = locked_connection(inside)
    (tmp_path / "secret.csv").write_text("a\n1\n")
    for attempt in (
        f"SELECT * FROM read_csv('{tmp_path}/secret.csv')",
        f"SELECT * FROM read_csv('{inside}/../secret.csv')",
        f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "ATTACH '/tmp/x.db'",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(attempt)


def test_a_killed_ingest_leaves_no_folder_and_can_be_repeated(tmp_path: Path, messy: Made) -> None:
    folder = messy.inbox.incoming[0].path.parent
    code = (
        "import time; from pathlib import Path; from tests.cohort.samples import COURSE\n"
        "from tinytutor.cohort.records.inbox import *\n"
        "from tinytutor.cohort.records.ingest import ingest\n"
        f"inbox = look_at(find_bundles([Path({str(folder)!r})]), COURSE)\n"
        "def stop(*_):\n    print('at work', flush=True)\n    time.sleep(600)\n"
        f"ingest(inbox, COURSE, Path({str(tmp_path / 'cohort')!r}), on_progress=stop)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (tmp_path / "cohort").exists()
    ingest(look_at(find_bundles([folder]), COURSE), COURSE, tmp_path / "cohort")
    assert (tmp_path / "cohort" / "cohort.json").exists()


def test_batches_never_part_a_student(messy: Made) -> None:
    parts = list(batches(messy.inbox.incoming, events=1, bundles=1))
    assert len(parts) > 10
    seen: set[str] = set()
    for part in parts:
        names = {bundle.student for bundle in part}
        assert not names & seen
        seen |= names
