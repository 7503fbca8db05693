"""Tables and pictures as they look, character by character."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from tinytutor.kit import bars, curve, table, typed


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().out
    assert all(line == line.rstrip() for line in text.splitlines()), "blanks at the end of a line"
    return text


def test_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        ("loops", 1024, 12.34567, "1.0x", True),
        ("copies", 8, 0.000012345, "774x", False),
        ("windows, a view", 123456789, 2.5e7, "986.1x", None),
    ]
    table(rows, ["how", "count", "seconds", "faster", "note"])
    assert printed(capsys) == (
        "how                  count   seconds  faster  note\n"
        "───────────────  ─────────  ────────  ──────  ─────\n"
        "loops                 1024     12.35    1.0x  True\n"
        "copies                   8  1.23e-05    774x  False\n"
        "windows, a view  123456789   2.5e+07  986.1x  None\n"
    )


def test_a_column_with_one_word_in_it_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    table([("1,024", "50%", 1.0), ("2", "half", math.nan)], ["a", "b", "c"])
    assert printed(capsys) == (
        "    a  b       c\n─────  ────  ───\n1,024  50%     1\n    2  half  nan\n"
    )


def test_a_table_without_rows_and_a_row_that_is_too_short(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table([], ["a", "long"])
    assert printed(capsys) == "a  long\n─  ────\n"
    with pytest.raises(ValueError, match="shorter"):
        table([(1, 2), (1,)], ["a", "b"])
    with pytest.raises(ValueError, match="longer"):
        table([(1, 2)], ["a"])


def test_bars(capsys: pytest.CaptureFixture[str]) -> None:
    bars({"half": 2, "all": 4.0, "a bit": 0.0625, "none": 0}, unit="MiB", width=8)
    assert printed(capsys) == (
        "half   ████ 2 MiB\nall    ████████ 4 MiB\na bit  ▏ 0.0625 MiB\nnone    0 MiB\n"
    )


def test_bars_have_eighths(capsys: pytest.CaptureFixture[str]) -> None:
    bars({str(eighth): eighth for eighth in range(9)}, width=1)
    ends = [line.split()[1:-1] for line in printed(capsys).splitlines()]
    assert ["".join(end) for end in ends] == ["", *"▏▎▍▌▋▊▉█"]


def test_bars_of_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    bars({})
    assert printed(capsys) == ""
    bars({"a": 0, "b": 0.0})
    assert printed(capsys) == "a   0\nb   0\n"


def test_a_curve(capsys: pytest.CaptureFixture[str]) -> None:
    line = [(0, 0), (5, 10), (10, 20)]
    curve({"line": line}, x="steps", y="loss", width=11, height=3)
    assert printed(capsys) == (
        "    loss\n20 │          ●\n   │     ●\n 0 │●\n   └───────────\n    0  steps  10\n"
    ).replace("    0  steps  10", "    0" + "steps".center(8) + "10")


def test_curves_share_a_frame_and_the_last_covers(capsys: pytest.CaptureFixture[str]) -> None:
    curve(
        {"up": [(0, 1), (2, 3)], "down": [(0, 3), (2, 1)], "mid": [(2, 3)]},
        x="n",
        y="s",
        width=9,
        height=3,
    )
    assert printed(capsys) == (
        "   s\n"
        "3 │○       ▲\n"
        "  │\n"
        "1 │●       ○\n"
        "  └─────────\n"
        "   0   n   2\n"
        "   ● up   ○ down   ▲ mid\n"
    )


def test_logarithmic_scales_make_powers_straight(capsys: pytest.CaptureFixture[str]) -> None:
    powers = [(10**k, 10.0 ** (2 * k)) for k in range(4)]
    curve({"n²": powers}, x="n", y="s", log_x=True, log_y=True, width=10, height=4)
    assert printed(capsys) == (
        "       s\n"
        "1e+06 │         ●\n"
        "      │      ●\n"
        "      │   ●\n"
        "    1 │●\n"
        "      └──────────\n"
        "       1  n  1000\n"
    )


@pytest.mark.parametrize("axis", ["log_x", "log_y"])
def test_a_logarithmic_scale_refuses_zero(axis: str) -> None:
    with pytest.raises(ValueError, match="a logarithmic scale needs positive values, got 0"):
        curve({"line": [(0, 0), (1, 1)]}, x="n", y="s", **{axis: True})


@pytest.mark.parametrize("log", [False, True])
def test_a_level_curve(capsys: pytest.CaptureFixture[str], log: bool) -> None:
    curve({"flat": [(1, 5), (2, 5)]}, x="n", y="s", log_x=log, log_y=log, width=5, height=2)
    lines = printed(capsys).splitlines()
    assert lines[1:3] == ["6 │", "5 │●   ●"]


def test_a_text_is_typed_piece_by_piece(capsys: pytest.CaptureFixture[str]) -> None:
    shown: list[str] = []

    def pieces() -> Iterator[str]:
        for piece in ("One ", "fox s", "at.\n", "", "Two ", "crows"):
            yield piece
            shown.append(capsys.readouterr().out)

    assert typed(pieces(), width=4) == "One fox sat.\nTwo crows"
    assert shown == ["One ", "fox\ns", "at.\n", "", "Two ", "crows"]
    assert printed(capsys) == "\n"


def test_a_typed_text_breaks_at_the_first_space_after_its_width(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert typed(["a bc def ", "ghij k"], width=4) == "a bc def ghij k"
    assert printed(capsys) == "a bc def\nghij k\n"
