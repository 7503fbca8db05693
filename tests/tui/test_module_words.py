"""What verdicts and lessons look like, and what the editor does with keys: pure functions."""

from __future__ import annotations

import pytest
from textual.content import Content

from tinytutor.notebooks.lesson import Cell, CellKind, Section
from tinytutor.running.events import CellOutput
from tinytutor.running.failures import Failure, StudentLine
from tinytutor.running.verdicts import Status, Verdict
from tinytutor.tui import indenting
from tinytutor.tui.differences import first_difference
from tinytutor.tui.lesson_pieces import Piece, PieceKind, chunks, pieces
from tinytutor.tui.prose import prose
from tinytutor.tui.result_content import failure_lines, summary, verdict_content
from tinytutor.tui.widgets.lesson_blocks import output_content
from tinytutor.tui.widgets.lesson_code import LessonFence, coloured
from tinytutor.tutor.results import CheckResult


def plain(failure: Failure) -> str:
    return "\n".join(line.plain.rstrip() for line in failure_lines(failure))


# Differences


@pytest.mark.parametrize(
    ("expected", "got", "place"),
    [
        ("abc", "abc", None),
        ("abc", "abd", (0, 2)),
        ("one\ntwo", "one\ntow", (1, 1)),
        ("[1.0, 1.25]", "[1.0, 1.35]", (0, 6)),
        ("[1, 2]", "[1, 2, 3]", (0, 5)),
        ("one", "one\ntwo", (1, 0)),
        ("float32", "float64", (0, 5)),
        ("", "x", (0, 0)),
    ],
)
def test_where_two_texts_part(expected: str, got: str, place: tuple[int, int] | None) -> None:
    found = first_difference(expected, got)
    assert (found and (found.line, found.column)) == place


# Verdicts


def test_a_failure_shows_expected_over_got_and_points_at_the_difference() -> None:
    words = plain(Failure("that is the square", "[2, 4]", "[2, 9]", hint="look [here]"))
    assert words.splitlines() == [
        "that is the square",
        "",
        "expected  [2, 4]",
        "got       [2, 9]",
        "              ↑ first difference",
        "",
        "look at   look [here]",
    ]


def test_a_shape_that_would_be_torn_stands_below_its_values() -> None:
    values = "[[0.04 0.26 0.50] [0.62 0.88 0.99]]"
    words = plain(
        Failure(
            "half of it",
            f"{values}  shape (2, 3) float32",
            f"{values.replace('0.26', '0.11')}  shape (2, 3) float32",
        )
    )
    assert words.splitlines()[2:] == [
        f"expected  {values}",
        "          shape (2, 3) float32",
        "got       [[0.04 0.11 0.50] [0.62 0.88 0.99]]",
        "                 ↑ first difference",
        "          shape (2, 3) float32",
    ]


def test_an_error_in_place_of_an_answer_has_no_empty_line_beside_it() -> None:
    words = plain(Failure("it broke", got="ValueError: no fit"))
    assert words.splitlines() == ["it broke", "", "got       ValueError: no fit"]


def test_a_failure_names_the_student_s_line() -> None:
    words = plain(Failure("NameError: x", at=StudentLine("double", 4, "return x[/i]")))
    assert "your line 4  return x[/i]" in words


def test_text_from_outside_is_never_read_as_markup() -> None:
    verdict = Verdict(
        "t", "e", "An [b]odd[/] title", 1, Status.FAILED, Failure("a[i] [/x]"), "[red]out\n", 0.5
    )
    words = verdict_content(verdict, verdict.exercise_title).plain
    for said in ("An [b]odd[/] title", "a[i] [/x]", "[red]out"):
        assert said in words


def test_long_output_shows_its_end() -> None:
    output = "\n".join(f"line {n}" for n in range(500))
    verdict = Verdict("t", "e", "T", 1, Status.PASSED, None, output, 0.5)
    words = verdict_content(verdict, "T").plain
    assert "line 499" in words
    assert "line 400" not in words


def test_code_in_a_sentence_is_set_apart_without_its_marks() -> None:
    words = prose("use `a[i]`, not `b`", "$text-error")
    assert words.plain == "use a[i], not b"
    assert any("accent" in str(span.style) for span in words.spans)


def result(passed: int, failed: int, *, fault: str | None = None) -> CheckResult:
    verdicts = [
        Verdict(f"t{n}", f"e{n}", f"Title {n}", 1, status, None, "", 0.1)
        for n, status in enumerate([Status.PASSED] * passed + [Status.FAILED] * failed)
    ]
    return CheckResult(
        module_id="m",
        exercise_id=None,
        passed=not failed,
        verdicts=tuple(verdicts),
        newly_unlocked=(),
        seconds=1.25,
        notebook_sha256="",
        notes=("a test was edited: the course's own ran",),
        library_file=None,
        first_pass=False,
        fault=fault,
    )


def test_a_check_says_in_a_line_what_is_left() -> None:
    words = summary(result(1, 5)).splitlines()
    assert words[0] == (
        "1 of 6 tests passed in 1.2 s. To do: Title 1 · Title 2 · Title 3 and 2 more"
    )
    assert words[1].startswith("a test was edited")
    assert "The module has passed" in summary(result(2, 0))
    assert "has passed" not in summary(result(2, 0, fault="the kernel would not start"))


def test_an_experiment_s_output_keeps_brackets() -> None:
    outputs = [CellOutput("x", "text/plain", "a[i] [/b]\n")]
    words = output_content(outputs, "NameError: [x]").plain
    assert words.startswith("a[i] [/b]\n")
    assert words.endswith("NameError: [x]")
    assert output_content([]) == Content("")


# Pieces of a lesson


def test_a_section_is_cut_into_what_is_drawn() -> None:
    cells = (
        Cell("t", CellKind.TEXT, "## 1. Double\n\nWrite it.", 1),
        Cell("p", CellKind.TEXT, "What do you expect?", 2, tags=("prediction",)),
        Cell("g", CellKind.GIVEN, "#| export\nimport math", 3),
        Cell("double", CellKind.SOLUTION, "#| export\ndef double(x): ...", 4),
        Cell("test_double", CellKind.TEST, "def test_double(): ...", 5),
        Cell("x", CellKind.EXPERIMENT, "print(1)", 6),
        Cell("empty", CellKind.GIVEN, "#| default_exp numbers", 7),
        Cell("main", CellKind.MAIN, "if __name__ ...", 8),
    )
    found = pieces(Section("1. Double", cells, "double"))
    assert [piece.kind for piece in found] == [
        PieceKind.PROSE,
        PieceKind.PREDICTION,
        PieceKind.CODE,
        PieceKind.EXERCISE,
        PieceKind.TEST,
        PieceKind.EXPERIMENT,
    ]
    assert found[2] == Piece(PieceKind.CODE, "import math", "g")


def test_long_prose_is_cut_at_blank_lines_outside_pictures() -> None:
    picture = "```\n" + "\n\n".join("│" * 3 for _ in range(20)) + "\n```"
    markdown = "\n\n".join(["A paragraph."] * 8 + [picture] + ["Another."] * 8)
    parts = list(chunks(markdown, longest=10))
    assert len(parts) > 2
    assert "\n\n".join(parts) == markdown
    assert sum(picture in part for part in parts) == 1


def test_a_picture_is_plain_text_and_code_has_colours() -> None:
    picture = LessonFence.highlight("for a ──▶ if b", "")
    assert picture.plain.strip() == "for a ──▶ if b"
    assert {str(span.style) for span in picture.spans} == {"$text"}
    assert any("accent" in str(span.style) for span in coloured("for x in y: pass").spans)


# Indenting


@pytest.mark.parametrize(
    ("line", "indent"),
    [
        ("def f(x):", "    "),
        ("    if x:  # why", "        "),
        ("    return x", ""),
        ("        pass", "    "),
        ("    y = [", "        "),
        ("    y = 'a:'", "    "),
        ("    y = 1  # note:", "    "),
        ("", ""),
        ("return", ""),
    ],
)
def test_enter_indents_as_python_needs_it(line: str, indent: str) -> None:
    assert indenting.next_indent(line) == indent


@pytest.mark.parametrize(
    ("before", "width"), [("        ", 4), ("      ", 2), ("    x", 1), ("", 1), ("  ", 2)]
)
def test_backspace_goes_back_to_the_stop_before(before: str, width: int) -> None:
    assert indenting.backspace_width(before) == width


def test_lines_move_to_both_sides() -> None:
    lines = ["a", "", "    b"]
    deeper = indenting.shifted(lines, deeper=True)
    assert deeper == ["    a", "", "        b"]
    assert indenting.shifted(deeper, deeper=False) == lines
    assert indenting.shifted(["  a"], deeper=False) == ["a"]


def test_comments_come_and_go() -> None:
    lines = ["    a = 1", "", "        b = 2"]
    commented = indenting.comments_toggled(lines)
    assert commented == ["    # a = 1", "", "    #     b = 2"]
    assert indenting.comments_toggled(commented) == lines
