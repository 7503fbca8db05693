"""The blame finder: the right module is named, through real kernels and for any set of faults."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.courses import NUMBERS, WORDS, reference_cell
from tinytutor.tutor.blame import find_blame
from tinytutor.tutor.tutor import Tutor

NAMES = {"a": "01_a", "b": "02_b", "c": "03_c"}
REFERENCE = dict.fromkeys(NAMES, "right")


@pytest.mark.parametrize("faulty", ["", "a", "b", "c", "ab", "abc"])
async def test_every_file_at_fault_is_found(faulty: str) -> None:
    own = {name: "wrong" if name in faulty else "right" for name in NAMES}

    async def passes(files: Mapping[str, str]) -> bool:
        return "wrong" not in files.values()

    blame = await find_blame("x", "04_d", own, REFERENCE, NAMES, passes)
    assert blame.passes is (faulty == "")
    assert blame.module_ids == tuple(NAMES[name] for name in faulty)


async def test_the_own_module_is_to_blame_where_the_reference_fails_too() -> None:
    async def passes(_: Mapping[str, str]) -> bool:
        return False

    blame = await find_blame("x", "04_d", REFERENCE, REFERENCE, NAMES, passes)
    assert blame.module_ids == ("04_d",)


async def passed_with(tutor: Tutor, double: str) -> None:
    """The first module passes, with this function in it."""
    tutor.start("01_numbers")
    for exercise in NUMBERS.exercises:
        tutor.save_source("01_numbers", exercise.id, reference_cell(exercise))
    tutor.save_source("01_numbers", "double", double)
    assert (await tutor.runs.check("01_numbers")).passed
    tutor.start("02_words")


async def test_a_fault_that_its_own_tests_missed_is_found_in_a_later_module(tutor: Tutor) -> None:
    await passed_with(tutor, "#| export\ndef double(x):\n    return 6 if x == 3 else 0")
    (repeat,) = WORDS.exercises
    tutor.save_source("02_words", repeat.id, reference_cell(repeat))
    assert not (await tutor.runs.try_exercise("02_words", repeat.id)).passed
    before = len(tutor.events())
    blame = await tutor.runs.blame("02_words", repeat.id)
    assert blame.module_ids == ("01_numbers",)
    assert len(tutor.events()) == before, "looking for a cause is no attempt"
    assert not list(tutor.workspace.state_folder.glob("blame-*"))


async def test_a_fault_of_the_module_itself_is_not_pushed_onto_another(tutor: Tutor) -> None:
    await passed_with(tutor, "#| export\ndef double(x):\n    return 2 * x")
    (repeat,) = WORDS.exercises
    tutor.save_source("02_words", repeat.id, "#| export\ndef repeat(word):\n    return word")
    assert (await tutor.runs.blame("02_words", repeat.id)).module_ids == ("02_words",)
