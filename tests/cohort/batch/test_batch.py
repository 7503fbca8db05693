"""Every submission once, whatever is killed; verdicts from what ran, beside what was reported."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cohort.batch.submissions import (
    MODULE,
    RIGHT,
    WRONG,
    SlowGrading,
    hand_in,
    many,
    notebook_of,
)
from tests.courses import build_course
from tinytutor.cohort.batch.batch import Batch, RunBatch, run_batch
from tinytutor.cohort.batch.feedback import file_stem
from tinytutor.cohort.batch.grading_one import Grading, LocalGrading
from tinytutor.cohort.batch.journal import JOURNAL, Journal, read_journal
from tinytutor.cohort.batch.local import grade_here
from tinytutor.cohort.batch.results import (
    Agreement,
    GradedNotebook,
    GradedStatus,
    GradedSubmission,
    GradedTest,
    from_line,
    to_line,
)
from tinytutor.cohort.batch.submissions import Submission
from tinytutor.cohort.errors import JournalError
from tinytutor.cohort.records.inbox import find_bundles, look_at
from tinytutor.curriculum import Course
from tinytutor.curriculum.loader import load_course


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = build_course(tmp_path_factory.mktemp("course"))
    text = (folder / "curriculum" / "course.yaml").read_text()
    limits = "limits:\n  cell_seconds: 2\n  notebook_seconds: 20\n"
    (folder / "curriculum" / "course.yaml").write_text(limits + text)
    return load_course(folder)


def here(open_grading: Callable[[], Grading], jobs: int = 2) -> RunBatch:
    return lambda work, keep: asyncio.run(grade_here(work, open_grading, jobs, keep))


def run(course: Course, bundles: Path, folder: Path, how: RunBatch) -> Batch:
    inbox = look_at(find_bundles([bundles]), course)
    return run_batch(inbox, course, [MODULE], folder, how, lambda result, done: None)


@pytest.fixture(scope="module")
def graded(course: Course, tmp_path_factory: pytest.TempPathFactory) -> tuple[Batch, Path]:
    """Seven students in real kernels."""
    work = tmp_path_factory.mktemp("graded")
    bundles = work / "in"
    bundles.mkdir()
    right, wrong = notebook_of(course, RIGHT), notebook_of(course, WRONG)
    both = {"double": "passed", "half": "passed"}
    hand_in(bundles / "honest.zip", course, right, both)
    hand_in(bundles / "stuck.zip", course, wrong, {"double": "passed", "half": "failed"})
    hand_in(bundles / "liar.zip", course, wrong, both)
    hand_in(bundles / "silent.zip", course, right)
    hand_in(bundles / "none.zip", course, "{no notebook")
    loop = {**RIGHT, "double": "def double(x):\n    while True:\n        pass"}
    hand_in(bundles / "loop.zip", course, notebook_of(course, loop))
    exits = {**RIGHT, "double": "import os\nos._exit(3)"}
    hand_in(bundles / "exits.zip", course, notebook_of(course, exits), student="<b>=exits</b>")
    (bundles / "broken.zip").write_bytes(b"PK")
    return run(course, bundles, work / "out", here(lambda: LocalGrading(course))), work / "out"


def by_student(batch: Batch) -> dict[str, GradedSubmission]:
    return {each.student: each for each in batch.graded}


def test_verdicts_come_from_what_ran(graded: tuple[Batch, Path]) -> None:
    found = by_student(graded[0])
    assert {name: each.graded.status.value for name, each in found.items()} == {
        "honest": "passed",
        "stuck": "failed",
        "liar": "failed",
        "silent": "passed",
        "none": "unreadable",
        "loop": "timed_out",
        "<b>=exits</b>": found["<b>=exits</b>"].graded.status.value,
    }
    assert found["<b>=exits</b>"].graded.status is not GradedStatus.PASSED
    assert (found["honest"].graded.points, found["honest"].graded.most_points) == (10, 10)
    assert (found["liar"].graded.points, found["liar"].graded.most_points) == (5, 10)


def test_results_stand_beside_reports(graded: tuple[Batch, Path]) -> None:
    found = by_student(graded[0])
    assert found["honest"].agreement is Agreement.SAME
    assert found["stuck"].agreement is Agreement.SAME
    assert found["silent"].agreement is Agreement.UNREPORTED
    assert found["liar"].agreement is Agreement.DIFFERENT
    (difference,) = found["liar"].differences
    assert (difference.test_id, difference.reported, difference.graded) == (
        "test_half",
        "passed",
        "failed",
    )


def test_a_bundle_that_can_not_be_read_is_told_and_stops_nothing(
    graded: tuple[Batch, Path],
) -> None:
    (unusable,) = graded[0].unusable
    assert unusable.file.endswith("broken.zip")
    assert "no zip" in unusable.reason


def test_grades_and_feedback_are_written_and_harmless(graded: tuple[Batch, Path]) -> None:
    batch, folder = graded
    text = (folder / "grades.csv").read_text("utf-8")
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert (rows["liar"]["points"], rows["liar"]["agreement"]) == ("5.0", "different")
    pages = {path.stem: path.read_text("utf-8") for path in (folder / "feedback").iterdir()}
    assert len(pages) == len(batch.graded)
    assert "that is the square" not in pages["honest"]
    assert "drops the rest" in pages["liar"]
    strange = pages[file_stem("<b>=exits</b>")]
    assert "<b>=exits" not in strange
    assert "&lt;b&gt;=exits" in strange
    assert "<script" not in strange


@pytest.mark.parametrize("name", ["../../x", "a/b", "", "..", "CON", "ж", "a" * 300, "a b"])
def test_no_name_leads_out_of_the_feedback_folder(name: str) -> None:
    stem = file_stem(name)
    assert stem and "/" not in stem and "\\" not in stem and not stem.startswith(".")
    assert len(stem) < 80
    assert stem != file_stem(name + "!")


def test_hidden_tests_are_counted_and_not_named(course: Course) -> None:
    from tinytutor.cohort.batch.feedback import feedback_page

    tests = (
        GradedTest("test_double", "double", "passed", 5.0),
        GradedTest("secret", "double", "failed", 5.0, "for 17 it gives 18", is_hidden=True),
    )
    result = GradedSubmission(
        "k", "ada", MODULE, "0" * 64, GradedNotebook(GradedStatus.FAILED, tests)
    )
    page = feedback_page(course, "ada", [result])
    assert "0 of 1 further tests passed" in page
    assert "secret" not in page and "for 17" not in page


# Kills


PROGRAM = """
import asyncio, sys
from pathlib import Path
from tests.cohort.batch.submissions import MODULE, SlowGrading
from tinytutor.cohort.batch.batch import run_batch
from tinytutor.cohort.batch.local import grade_here
from tinytutor.cohort.records.inbox import find_bundles, look_at
from tinytutor.curriculum.loader import load_course
course, bundles, folder = load_course(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3])
how = lambda work, keep: asyncio.run(grade_here(work, SlowGrading, 3, keep))
def tell(result, done): print(done, flush=True)
run_batch(look_at(find_bundles([bundles]), course), course, [MODULE], folder, how, tell)
"""


def test_killed_again_and_again_nothing_is_missing_and_nothing_done_twice(
    course: Course, tmp_path: Path
) -> None:
    many(tmp_path / "in", course, 40)
    folder = tmp_path / "out"
    command = [sys.executable, "-c", PROGRAM, str(course.folder), str(tmp_path / "in"), str(folder)]
    for kill in range(3):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(4 + kill):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        if kill == 1:  # a line that was being written
            with (folder / JOURNAL).open("ab") as file:
                file.write(b'{"schema_version":1,"key":"half a li')
    before = len(read_journal(folder))
    assert 12 <= before < 40
    batch = run(course, tmp_path / "in", folder, here(lambda: SlowGrading(0.0)))
    assert batch.resumed == before
    assert Counter(each.student for each in batch.graded) == {f"s{n:03}": 1 for n in range(40)}
    lines = (folder / JOURNAL).read_bytes().splitlines()
    assert Counter(json.loads(line)["key"] for line in lines).most_common(1)[0][1] == 1
    assert len(lines) == 40
    wrong = {each.student for each in batch.graded if each.graded.status.value == "failed"}
    assert wrong == {f"s{n:03}" for n in range(0, 40, 3)}


def test_new_work_of_a_student_is_graded_and_takes_the_place_of_the_old(
    course: Course, tmp_path: Path
) -> None:
    many(tmp_path / "in", course, 3)
    first = run(course, tmp_path / "in", tmp_path / "out", here(SlowGrading))
    assert (first.resumed, by_student(first)["s000"].graded.status.value) == (0, "failed")
    hand_in(tmp_path / "in" / "s000.zip", course, notebook_of(course, RIGHT))
    second = run(course, tmp_path / "in", tmp_path / "out", here(SlowGrading))
    assert (second.resumed, by_student(second)["s000"].graded.status.value) == (2, "passed")


def test_two_programs_never_grade_into_one_folder(tmp_path: Path) -> None:
    with Journal(tmp_path), pytest.raises(JournalError, match="another program"):
        Journal(tmp_path)


def test_a_damaged_line_in_the_middle_is_named(tmp_path: Path) -> None:
    result = GradedSubmission("k", "ada", MODULE, "0", GradedNotebook(GradedStatus.PASSED))
    (tmp_path / JOURNAL).write_text(f"{to_line(result)}\nnonsense\n{to_line(result)}\n")
    with pytest.raises(JournalError, match=r"results\.jsonl:2: "):
        Journal(tmp_path)
    with pytest.raises(JournalError, match="Remove that line"):
        read_journal(tmp_path)
    with pytest.raises(JournalError, match="name the folder"):
        read_journal(tmp_path / "nowhere")


def test_a_line_comes_back_as_it_went() -> None:
    tests = (GradedTest("t", "e", "failed", 5.0, "why\n\x1b[0m", 0.5, is_hidden=True),)
    graded = GradedNotebook(GradedStatus.FAILED, tests, 1.5, "f", ("n",))
    result = GradedSubmission("k", "ж", MODULE, "0", graded, Agreement.SAME)
    assert from_line(to_line(result)) == result
    for bad in ("", "[]", "{}", '{"schema_version":2}', "[" * 100_000):
        with pytest.raises(ValueError):
            from_line(bad)


def test_a_full_disk_ends_the_batch_with_its_own_word(course: Course, tmp_path: Path) -> None:
    many(tmp_path / "in", course, 6)
    closed = []

    class Watched(SlowGrading):
        async def close(self) -> None:
            closed.append(self)

    def keep(submission: Submission, graded: GradedNotebook) -> None:
        raise OSError(28, "No space left on device")

    def work() -> Iterator[Submission]:
        yield from (Submission(str(n), "s", MODULE, b"", "", None) for n in range(6))

    with pytest.raises(OSError, match="No space left"):
        asyncio.run(grade_here(work(), Watched, 3, keep))
    assert len(closed) == 3


def test_a_batch_holds_few_notebooks_in_memory(course: Course) -> None:
    taken, done, ahead = 0, 0, 0

    def work() -> Iterator[Submission]:
        nonlocal taken, ahead
        for number in range(30):
            taken += 1
            ahead = max(ahead, taken - done)
            yield Submission(str(number), "s", MODULE, b"", "", None)

    def keep(submission: Submission, graded: GradedNotebook) -> None:
        nonlocal done
        done += 1

    asyncio.run(grade_here(work(), lambda: SlowGrading(0.001), 4, keep))
    assert done == 30
    assert ahead <= 5


def test_a_second_start_grades_nothing_again(course: Course, tmp_path: Path) -> None:
    many(tmp_path / "in", course, 5)
    graded: list[str] = []

    class Counting(SlowGrading):
        async def grade(self, notebook: bytes, module_id: str) -> GradedNotebook:
            graded.append(module_id)
            return await super().grade(notebook, module_id)

    for _ in range(2):
        run(course, tmp_path / "in", tmp_path / "out", here(Counting))
    assert len(graded) == 5
