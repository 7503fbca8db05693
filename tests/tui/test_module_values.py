"""The pure parts of the module screen: what the editor holds, runs, and the state on screen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.courses import build_course
from tinytutor.curriculum.loader import load_course
from tinytutor.notebooks.lesson import Lesson
from tinytutor.notebooks.reading import read_lesson
from tinytutor.running.events import (
    CellFinished,
    CellOutput,
    CellStarted,
    CellStatus,
    KernelReady,
)
from tinytutor.running.failures import Failure, StudentLine
from tinytutor.running.verdicts import Status, Verdict
from tinytutor.tui.keeper import Keeper
from tinytutor.tui.module_state import ModuleState
from tinytutor.tui.runs import Run, RunKind
from tinytutor.tutor.hints import Hint


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    folder: Path = build_course(tmp_path_factory.mktemp("course"))
    return read_lesson(load_course(folder).module("01_numbers"))


def verdict(exercise_id: str, status: Status, at: StudentLine | None = None) -> Verdict:
    failure = None if status is Status.PASSED else Failure("no", at=at)
    return Verdict(f"test_{exercise_id}", exercise_id, exercise_id, 5, status, failure, "", 0.1)


# The keeper


def test_what_is_typed_is_unsaved_until_it_is_written() -> None:
    keeper = Keeper({"a": "1"}).typed("a", "12")
    assert keeper.text_of("a") == "12"
    assert keeper.edited == {"a": "12"}
    assert keeper.saved("a", "12").edited == {}


def test_what_is_typed_while_it_is_written_stays_unsaved() -> None:
    keeper = Keeper({"a": "1"}).typed("a", "12").typed("a", "123").saved("a", "12")
    assert keeper.edited == {"a": "123"}
    assert keeper.in_file == {"a": "12"}


def test_typing_back_to_what_is_in_the_file_leaves_nothing_to_save() -> None:
    assert Keeper({"a": "1"}).typed("a", "12").typed("a", "1").edited == {}


@pytest.mark.parametrize(
    ("edited", "theirs", "conflicts", "changed"),
    [
        ({}, {"a": "1", "b": "2"}, (), ()),
        ({}, {"a": "9", "b": "2"}, (), ("a",)),
        ({"a": "12"}, {"a": "9", "b": "2"}, ("a",), ("a",)),
        ({"a": "9"}, {"a": "9", "b": "2"}, (), ("a",)),
        ({"b": "22"}, {"a": "9", "b": "2"}, (), ("a",)),
        ({"a": "12"}, {"b": "2"}, (), ()),
    ],
    ids=["same", "theirs", "both", "both the same", "another", "cell gone"],
)
def test_a_change_made_elsewhere(
    edited: Mapping[str, str],
    theirs: Mapping[str, str],
    conflicts: tuple[str, ...],
    changed: tuple[str, ...],
) -> None:
    keeper = Keeper({"a": "1", "b": "2"}, edited)
    assert keeper.conflicts(theirs) == conflicts
    assert keeper.changed_outside(theirs) == changed


def test_a_cell_that_is_gone_from_the_file_keeps_its_text() -> None:
    assert Keeper({"a": "1", "b": "2"}).read({"b": "3"}).text_of("a") == "1"


# Runs


def test_a_run_folds_its_events() -> None:
    run = Run(RunKind.EXERCISE, "double", frozenset({"test_double"}), 0.0)
    assert not run.kernel_ready
    run = run.after(KernelReady(1, 0.2)).after(CellStarted("double"))
    assert run.kernel_ready
    assert run.current == "double"
    assert run.statuses == {}
    run = run.after(CellStarted("test_double"))
    assert run.statuses == {"test_double": "running"}
    assert run.done == 0
    run = run.after(CellFinished("test_double", CellStatus.ERROR, 0.1))
    assert run.statuses == {"test_double": "failed"}
    assert run.done == 1


def test_only_the_experiment_s_own_output_is_kept() -> None:
    run = Run(RunKind.EXPERIMENT, "x", frozenset(), 0.0, watched=frozenset({"x"}))
    run = run.after(CellOutput("double", "text/plain", "before"))
    run = run.after(CellOutput("x", "text/plain", "measured"))
    assert [output.data for output in run.outputs["x"]] == ["measured"]


# The state


def test_the_exercise_follows_the_section_and_the_other_way_round(lesson: Lesson) -> None:
    state = ModuleState(lesson)
    second = state.to_exercise(1)
    assert second.section.exercise_id == "half"
    first = second.to_section(second.section_index - 1)
    assert first.exercise_id == "double"
    last = second.to_section(99)
    assert last.section is lesson.sections[-1]
    assert last.exercise_id == "half", "a section without an exercise leaves it in the editor"
    assert last.next_title is None
    assert state.to_section(-5).section_index == 0


def test_from_the_introduction_the_next_exercise_is_the_first(lesson: Lesson) -> None:
    state = ModuleState(lesson)
    first = state.exercise_on(1)
    assert (first.exercise_id, first.section.exercise_id) == ("double", "double")
    assert first.exercise_on(1).exercise_id == "half"
    summary = first.exercise_on(1).to_section(99)
    assert summary.exercise_on(-1).section.exercise_id == "half"
    assert first.exercise_on(-1).exercise_id == "double"


def test_an_edit_makes_the_verdict_old(lesson: Lesson) -> None:
    state = ModuleState(lesson).judged([verdict("double", Status.PASSED)], "")
    assert state.status(lesson.exercises[0]) == "passed"
    assert state.passed_count == 1
    edited = state.typed("double")
    assert edited.status(lesson.exercises[0]) == ""
    assert edited.current is None


def test_an_edit_while_the_tests_run_makes_their_verdict_old(lesson: Lesson) -> None:
    verdicts = [verdict("double", Status.PASSED)]
    state = ModuleState(lesson).judged(verdicts, "", edited={"double"})
    assert state.status(lesson.exercises[0]) == ""


def test_the_work_goes_on_at_the_first_exercise_that_has_not_passed(lesson: Lesson) -> None:
    assert ModuleState(lesson).first_to_do().section_index == 0
    started = ModuleState(lesson, passed_before=frozenset({"double"}))
    assert started.first_to_do().exercise_id == "half"
    done = ModuleState(lesson, passed_before=frozenset({"double", "half"}))
    assert done.first_to_do().section_index == 0


def test_a_check_leads_to_what_failed_unless_that_is_on_screen(lesson: Lesson) -> None:
    verdicts = [verdict("double", Status.PASSED), verdict("half", Status.FAILED)]
    state = ModuleState(lesson).judged(verdicts, "")
    assert state.to_first_failure().exercise_id == "half"
    both = ModuleState(lesson).judged([verdict("double", Status.FAILED), verdicts[1]], "")
    assert both.to_exercise(1).to_first_failure().exercise_id == "half"


@pytest.mark.parametrize(
    ("at", "line"),
    [(StudentLine("double", 3, "x"), 3), (StudentLine("half", 3, "x"), None), (None, None)],
)
def test_a_line_is_marked_only_in_the_exercise_that_it_stands_in(
    lesson: Lesson, at: StudentLine | None, line: int | None
) -> None:
    state = ModuleState(lesson).judged([verdict("double", Status.ERROR, at)], "")
    assert state.marked_line == line
    assert state.typed("double").marked_line is None


def test_tests_of_a_run(lesson: Lesson) -> None:
    state = ModuleState(lesson)
    assert state.tests_of(RunKind.EXERCISE, "half") == {"test_half"}
    assert state.tests_of(RunKind.MODULE, "01_numbers") == {"test_double", "test_half"}
    assert state.tests_of(RunKind.EXPERIMENT, "x") == frozenset()


def test_a_run_under_way_hides_the_verdicts_of_its_tests_alone(lesson: Lesson) -> None:
    first, second = lesson.exercises
    verdicts = [verdict("double", Status.PASSED), verdict("half", Status.FAILED)]
    state = (
        ModuleState(lesson)
        .judged(verdicts, "all")
        .started(Run(RunKind.EXERCISE, "double", frozenset({"test_double"}), 0.0, statuses={}))
    )
    assert (state.status(first), state.status(second)) == ("", "failed")
    assert state.said == ""
    assert state.stopped("why").status(first) == "passed"


def test_hints_are_kept_by_exercise(lesson: Lesson) -> None:
    hints = (Hint("double", 1, 4, "one"), Hint("double", 2, 4, "two"))
    state = ModuleState(lesson).hinted("double", hints[:1]).hinted("double", hints)
    assert state.hints == {"double": hints}


def test_cells_are_called_by_what_the_student_sees(lesson: Lesson) -> None:
    state = ModuleState(lesson)
    assert state.title_of("test_double") == "Twice as much"
    experiment = next(i for s in range(9) for i in state.to_section(s).experiments)
    assert state.title_of(experiment) == "Systems analysis"
    assert state.title_of("unknown") == "unknown"
