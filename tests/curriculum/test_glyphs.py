from __future__ import annotations

from itertools import product

import pytest

from tests.curriculum.reading import weights
from tinytutor.curriculum.glyphs import ASCII, UNICODE, Arms

SIDES = (Arms.UP, Arms.RIGHT, Arms.DOWN, Arms.LEFT)


def joined(sides: tuple[bool, ...]) -> Arms:
    return Arms(sum(side for side, wanted in zip(SIDES, sides, strict=True) if wanted))


@pytest.mark.parametrize("arms", [joined(sides) for sides in product((False, True), repeat=4)])
def test_every_joint_reaches_the_sides_that_it_should(arms: Arms) -> None:
    for lit in (joined(sides) for sides in product((False, True), repeat=4)):
        character = UNICODE.line(arms, lit)
        if not arms:
            assert character == " "
            continue
        wanted = {side: "HEAVY" if side in lit else "LIGHT" for side in SIDES if side in arms}
        assert weights(character) == wanted


@pytest.mark.parametrize(
    ("arms", "plain", "lit"),
    [
        (Arms.UP | Arms.DOWN, "|", "#"),
        (Arms.LEFT | Arms.RIGHT, "-", "="),
        (Arms.DOWN | Arms.RIGHT, ".", "#"),
        (Arms.DOWN | Arms.LEFT, ".", "#"),
        (Arms.UP | Arms.RIGHT, "'", "#"),
        (Arms.UP | Arms.LEFT, "'", "#"),
        (Arms.UP | Arms.LEFT | Arms.RIGHT, "+", "#"),
        (Arms.UP | Arms.DOWN | Arms.RIGHT, "+", "#"),
        (Arms.UP | Arms.DOWN | Arms.LEFT | Arms.RIGHT, "|", "#"),
    ],
)
def test_plain_joints(arms: Arms, plain: str, lit: str) -> None:
    assert ASCII.line(arms, Arms.NONE) == plain
    assert ASCII.line(arms, arms) == lit


def test_where_plain_lines_cross_the_lit_one_is_on_top() -> None:
    crossing = Arms.UP | Arms.DOWN | Arms.LEFT | Arms.RIGHT
    assert ASCII.line(crossing, Arms.LEFT | Arms.RIGHT) == "="
    assert ASCII.line(crossing, Arms.UP | Arms.DOWN) == "#"
