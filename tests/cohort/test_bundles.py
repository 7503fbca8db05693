"""A bundle holds what was chosen, the same bytes each time; a hostile one costs at most itself."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.cohort.samples import COURSE, NOTEBOOK, handmade_bundle, honest_bundle
from tests.progress.samples import attempt, happened, numbered, outcome, passed
from tinytutor.cohort.bundles import archive
from tinytutor.cohort.bundles.reading import (
    LINE_BYTES,
    BundleRefusedError,
    event_lines,
    read_bundle,
)
from tinytutor.cohort.bundles.scrubbing import without_home
from tinytutor.progress.event_json import from_line
from tinytutor.progress.events import (
    AttemptFinished,
    ConfusionReported,
    Event,
    ModulePassed,
    ModuleStarted,
    Opaque,
)
from tinytutor.progress.outcomes import TestOutcome, TestStatus


def a_story() -> list[Event]:
    failed = TestOutcome(
        "test_a", "a", TestStatus.FAILED, 5.0, "see /home/ada/x.py", "Mismatch", "squared", 0.1
    )
    return numbered(
        happened(0, ModuleStarted(), "01_m1"),
        happened(10, attempt(failed), "01_m1"),
        happened(20, ConfusionReported("intro", "why is /home/ada/secret here?"), "01_m1"),
        happened(30, attempt(outcome("a", "passed"), attempt_id="good"), "01_m1"),
        happened(31, passed("good", source="x = 'mine'\n"), "01_m1"),
        happened(40, Opaque("novelty", 9, {**NOVELTY}), "01_m1"),
    )


NOVELTY = {
    "kind": "novelty", "schema_version": 9, "event_id": "n1", "sequence": 0,
    "at": "2026-11-22T09:00:40.000Z", "boot_seconds": 1040.0, "session": "s1",
    "module_id": "01_m1", "exercise_id": None, "data": {"words": "private"},
}  # fmt: skip


def events_in(path: Path) -> list[Event]:
    bundle = read_bundle(path, COURSE)
    assert bundle.events is not None
    return [from_line(line) for line in event_lines(bundle.events).text.splitlines()]


def test_without_consent_no_word_of_the_student_leaves(tmp_path: Path) -> None:
    path = honest_bundle(tmp_path / "b.zip", a_story())
    events = events_in(path)
    assert [event.sequence for event in events] == [1, 2, 3, 4, 5]
    report, check, done = events[2].what, events[1].what, events[4].what
    assert isinstance(report, ConfusionReported) and report.text == ""
    assert isinstance(check, AttemptFinished) and check.tests[0].message == ""
    assert check.tests[0].mistake == "squared"
    assert isinstance(done, ModulePassed) and done.library_source == ""
    with zipfile.ZipFile(path) as bundle:
        everything = b"".join(bundle.read(name) for name in bundle.namelist())
        everything += gzip.decompress(bundle.read("events.jsonl.gz"))
    for private in (b"ada/x.py", b"why is", b"mine", b"private", b"secret"):
        assert private not in everything


def test_with_consent_the_words_leave_but_no_home_folder(tmp_path: Path) -> None:
    events = events_in(honest_bundle(tmp_path / "b.zip", a_story(), with_texts=True))
    report, check = events[2].what, events[1].what
    assert isinstance(report, ConfusionReported) and report.text == "why is ~/secret here?"
    assert isinstance(check, AttemptFinished) and check.tests[0].message == "see ~/x.py"
    assert isinstance(events[5].what, Opaque)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("/home/ada/x", "~/x"),
        ("/Users/Ada Lovelace/x", "~ Lovelace/x"),
        (r"C:\Users\ada\x", r"~\x"),
        ("c:/Users/ada", "~"),
        ("/root/x", "~/x"),
        ("home/x /homes", "home/x /homes"),
    ],
)
def test_home_folders_become_a_tilde(text: str, clean: str) -> None:
    assert without_home(text) == clean


def test_the_same_state_gives_the_same_bytes_and_outputs_stay_at_home(tmp_path: Path) -> None:
    events = a_story()
    one = honest_bundle(tmp_path / "1.zip", events)
    two = honest_bundle(tmp_path / "2.zip", events)
    assert one.read_bytes() == two.read_bytes()
    cell = json.loads(read_bundle(one, COURSE).notebooks["01_m1"])["cells"][0]
    assert (cell["source"], cell["outputs"], cell["execution_count"]) == (["x = 1"], [], None)
    assert cell["metadata"] == {"kept": 1}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.zip", "2.zip"]


def test_a_notebook_that_is_no_json_is_handed_in_as_it_is(tmp_path: Path) -> None:
    path = honest_bundle(tmp_path / "b.zip", a_story(), notebooks={"01_m1": "{oh"})
    assert read_bundle(path, COURSE).notebooks == {"01_m1": b"{oh"}


# What comes from outside


def linked() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("notebooks/01_m1.ipynb")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    return entry


def empty_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("readme.txt", "hello")


def raw_manifest(path: Path, content: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("manifest.json", content)


def prefixed(path: Path) -> None:
    handmade_bundle(path, b"")
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())


def ten_million(path: Path) -> None:
    """A real zip64 end record over a directory that would take minutes to read."""
    handmade_bundle(path, b"")
    content = path.read_bytes()
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**7, 10**7, 46 * 10**7, 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(content), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
    path.write_bytes(content + end64 + locator + end)


def overlapping(path: Path) -> None:
    """Two names for the same bytes: the trick of the densest bombs."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        bundle.writestr("manifest.json", "{}")
        bundle.writestr("notebooks/01_m1.ipynb", "{}")
        second = bundle.infolist()[1]
        second.header_offset = 0
    path.write_bytes(packed.getvalue())


def encrypted(path: Path) -> None:
    handmade_bundle(path, b"")
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(bytes(content))


def bzipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as bundle:
        bundle.writestr("manifest.json", "{}" * 1000)


def doubled(path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        handmade_bundle(path, b"", more=[("events.jsonl.gz", b"x")])


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "outside": (lambda p: handmade_bundle(p, b"", more=[("../evil", b"x")]), "leads out"),
    "outside, deeper": (lambda p: handmade_bundle(p, b"", more=[("a/../../e", b"x")]), "leads out"),
    "absolute": (lambda p: handmade_bundle(p, b"", more=[("/etc/cron.d/x", b"")]), "leads out"),
    "windows": (lambda p: handmade_bundle(p, b"", more=[("C:\\x", b"")]), "leads out"),
    "backslashes": (lambda p: handmade_bundle(p, b"", more=[("..\\x", b"")]), "leads out"),
    "a link": (lambda p: handmade_bundle(p, b"", more=[(linked(), b"/etc/passwd")]), "a link"),
    "no zip": (lambda p: p.write_bytes(b"hello" * 100), "no zip"),
    "empty": (lambda p: p.write_bytes(b""), "no zip"),
    "no manifest": (empty_zip, "no manifest.json"),
    "another course": (lambda p: handmade_bundle(p, b"", about={"course": "d"}), "course 'd'"),
    "newer format": (
        lambda p: handmade_bundle(p, b"", about={"schema_version": 2}),
        "pip install --upgrade",
    ),
    "no student": (lambda p: handmade_bundle(p, b"", student=""), "'student'"),
    "an escape as student": (lambda p: handmade_bundle(p, b"", student="a\x1b[31m"), "'student'"),
    "numbers that are none": (
        lambda p: handmade_bundle(
            p, b"", about={"events": {"sha256": "0" * 64, "count": True, "last_sequence": 0}}
        ),
        "'count'",
    ),
    "deep manifest": (lambda p: raw_manifest(p, b"[" * 100_000), "not JSON"),
    "huge number": (lambda p: raw_manifest(p, b"9" * 10_000), "not JSON"),
    "invalid UTF-8": (lambda p: raw_manifest(p, b'{"format": "\xff"}'), "not JSON"),
    "huge manifest": (lambda p: raw_manifest(p, b" " * (2 << 20)), "1 MiB"),
    "too many files": (
        lambda p: handmade_bundle(p, b"", more=[(f"f{n}", b"") for n in range(1300)]),
        "files",
    ),
    "the same name twice": (doubled, "two files"),
    "something before it": (prefixed, "before or after"),
    "a claim of ten million files": (ten_million, "more files"),
    "overlapping files": (overlapping, "overlap"),
    "an encrypted file": (encrypted, "encrypted"),
    "bzip2": (bzipped, "unusual"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_refused_says_why_and_touches_nothing(kind: str, tmp_path: Path) -> None:
    make, words = REFUSED[kind]
    path = tmp_path / "in" / "b.zip"
    path.parent.mkdir()
    make(path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BundleRefusedError) as refusal:
        read_bundle(path, COURSE)
    assert words in str(refusal.value)
    assert len(str(refusal.value)) < 300
    assert sorted(tmp_path.rglob("*")) == before


def test_a_bundle_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = honest_bundle(tmp_path / "b.zip", a_story()).read_bytes()
    for length in range(0, len(whole) - 1, 7):
        (tmp_path / "cut.zip").write_bytes(whole[:length])
        with pytest.raises(BundleRefusedError):
            read_bundle(tmp_path / "cut.zip", COURSE)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flips=st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), min_size=1, max_size=8))
@example(flips=[(0.857421875, 73)])  # the version that is needed to unpack it
def test_no_flipped_bytes_bring_the_reader_down(
    flips: list[tuple[float, int]], tmp_path: Path
) -> None:
    content = bytearray(honest_bundle(tmp_path / "b.zip", a_story()).read_bytes())
    for place, byte in flips:
        content[int(place * len(content))] = byte
    (tmp_path / "f.zip").write_bytes(bytes(content))
    try:
        bundle = read_bundle(tmp_path / "f.zip", COURSE)
    except BundleRefusedError:
        return
    # Whatever was taken is what the student's machine had written.
    honest = read_bundle(tmp_path / "b.zip", COURSE)
    assert bundle.events in (None, honest.events)
    assert all(honest.notebooks[name] == text for name, text in bundle.notebooks.items())


def test_a_missing_folder_is_refused_with_the_systems_word(tmp_path: Path) -> None:
    with pytest.raises(BundleRefusedError, match="No such file"):
        read_bundle(tmp_path / "none.zip", COURSE)


# What is taken in part


def test_a_wrong_hash_costs_that_part_only(tmp_path: Path) -> None:
    wrong = {"events": {"sha256": "0" * 64, "count": 1, "last_sequence": 1}}
    path = handmade_bundle(tmp_path / "b.zip", b"{}\n", about=wrong, notebooks={"01_m1": b"{}"})
    bundle = read_bundle(path, COURSE)
    assert bundle.events is None
    assert bundle.notebooks == {"01_m1": b"{}"}
    assert "hash differs" in bundle.notes[0]


def test_another_version_unknown_modules_and_strange_files_are_noted(tmp_path: Path) -> None:
    path = handmade_bundle(
        tmp_path / "b.zip",
        b"",
        notebooks={"01_m1": b"{}", "99_other": b"{}"},
        about={"course_version": "0"},
        more=[("__MACOSX/._x", b"")],
    )
    bundle = read_bundle(path, COURSE)
    assert set(bundle.notebooks) == {"01_m1"}
    notes = " ".join(bundle.notes)
    assert "version 0" in notes and "99_other" in notes and "1 files" in notes


def test_a_notebook_that_is_a_bomb_costs_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "NOTEBOOK_BYTES", 10_000)
    bomb = b" " * 9_999 + b"{}" * 100
    path = handmade_bundle(tmp_path / "b.zip", b"", notebooks={"01_m1": bomb})
    with pytest.raises(BundleRefusedError, match="unpacks to more"):
        read_bundle(path, COURSE)


def test_a_gzip_bomb_is_read_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tinytutor.cohort.bundles.reading.EVENTS_TEXT_BYTES", 1 << 20)
    lines = event_lines(gzip.compress(b'{"a":1}\n' * (1 << 20)))
    assert len(lines.text) <= 1 << 20
    assert "were not read" in lines.note


def test_lines_that_can_be_no_event_are_counted_and_the_rest_is_kept() -> None:
    good = b'{"kind":"x"}'
    lines = event_lines(
        gzip.compress(
            b"\n".join([good, b'{"a":"\xff"}', b'{"a":"\0"}', b"x" * (LINE_BYTES + 1), b"", good])
        )
    )
    assert lines.text == good + b"\n" + good + b"\n"
    assert (lines.rejected, lines.note) == (3, "")


@pytest.mark.parametrize("text", [b"", b"\n", b"a\nb", b"a\nb\n", b"a\n\nb\n", b"\na\n \nb\n"])
def test_lines_come_out_ended_and_none_is_blank(text: bytes) -> None:
    lines = event_lines(gzip.compress(text))
    assert lines.text == b"".join(line + b"\n" for line in text.split(b"\n") if line.strip())
    assert lines.rejected == 0


def test_cut_and_damaged_events_keep_what_comes_before() -> None:
    packed = gzip.compress("".join(f'{{"n":{n * n}}}\n' for n in range(20_000)).encode())
    cut = event_lines(packed[: len(packed) // 2])
    assert cut.note == "the events are cut off"
    assert cut.text.startswith(b'{"n":0}\n')
    assert "damaged" in event_lines(b"no gzip at all").note


def test_the_notebook_is_the_one_of_the_samples() -> None:
    assert json.loads(NOTEBOOK)["cells"][0]["outputs"]
