"""The tales are the same for a seed, made of known words, and as random as they say."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter

import numpy as np
import pytest

from tinytutor.kit import tales as told_tales
from tinytutor.kit.corpus import _GRAMMAR, _parts, tales

FIRST = (
    "One summer an old lion sat on the hill. Along came a small mouse with a kettle. "
    'The donkey asked, "Did you see the wolf?" '
    "Then the blanket fell in the barn and nobody broke it. The one who shares eats twice."
)
"""The first tale of seed 0."""


def test_the_first_tale_of_a_seed() -> None:
    """The course's figures were measured on these."""
    made = tales(80_000, 0)
    assert made.text.splitlines()[0] == FIRST
    assert len(made.text) == 80123
    assert len(set(made.text)) == 42
    assert made.nats_per_character == pytest.approx(0.15993, abs=1e-5)


def test_a_seed_is_one_text() -> None:
    assert told_tales is tales
    assert tales(3000, 3) == tales(3000, 3)
    assert tales(3000, 3).text != tales(3000, 4).text
    assert tales(9000, 3).text.startswith(tales(3000, 3).text)


@pytest.mark.parametrize("characters", [1, 500, 20_000])
def test_it_ends_with_the_tale_that_fills_the_length(characters: int) -> None:
    text = tales(characters, 5).text
    lines = text.splitlines(keepends=True)
    assert all(line.endswith(".\n") for line in lines)
    assert len(text) - len(lines[-1]) < characters <= len(text)


def test_nothing_is_refused_but_less_than_a_character() -> None:
    with pytest.raises(ValueError, match="at least 1 character, got 0"):
        tales(0, 0)


def test_the_random_numbers_of_others_are_left_alone() -> None:
    np.random.seed(0)
    expected = np.random.random()
    np.random.seed(0)
    tales(1000, 0)
    assert np.random.random() == expected


def test_every_word_is_known_and_every_known_word_occurs() -> None:
    made = tales(80_000, 1)
    assert set(re.findall(r"[A-Za-z]+", made.text)) == made.words
    assert len(made.words) > 100
    assert made.text.isascii()
    assert not re.search(r"  |[{}]|\ba [aeiou]|\ban [^aeiou]", made.text)


def test_two_texts_share_no_long_stretch_but_grammar() -> None:
    """A model that learned one text by heart does not know the other."""
    known = set(tales(80_000, 0).text.splitlines())
    new = tales(20_000, 1).text.splitlines()
    assert not known.intersection(new)


def _ways(symbol: str) -> list[tuple[str, float]]:
    """Every text of a symbol with its chance."""
    found = []
    for way in _GRAMMAR[symbol]:
        slots = [
            [(text + filled, chance) for filled, chance in (_ways(inner) if inner else [("", 1.0)])]
            for text, inner in _parts(way)
        ]
        for slot in itertools.product(*slots):
            text = "".join(part for part, _ in slot)
            found.append((text, math.prod(chance for _, chance in slot) / len(_GRAMMAR[symbol])))
    return found


@pytest.mark.parametrize("symbol", [name for name in _GRAMMAR if name != "tale"])
def test_a_text_tells_which_choices_made_it(symbol: str) -> None:
    """So that the nats of the choices are the nats of the text."""
    ways = _ways(symbol)
    texts = Counter(text for text, _ in ways)
    assert max(texts.values()) == 1
    assert sum(chance for _, chance in ways) == pytest.approx(1)


def test_the_nats_are_the_information_of_the_text() -> None:
    """Read off the text alone: sentence by sentence, each with its chance under the grammar."""
    made = tales(4000, 2)
    sentences = ["start", "meeting", "talk", "turn", "moral"]
    chances = {symbol: dict(_ways(symbol)) for symbol in sentences}
    nats = 0.0
    for tale in made.text.splitlines():
        rest = tale.removesuffix(".") + " "
        for symbol in sentences:
            ends = [m.end() - 1 for m in re.finditer(" ", rest)]
            matching = [rest[:end] for end in ends if rest[:end] in chances[symbol]]
            assert len(matching) == 1, f"{symbol} in {rest!r}"
            nats -= math.log(chances[symbol][matching[0]])
            rest = rest[len(matching[0]) + 1 :]
        assert not rest
    assert made.nats_per_character == pytest.approx(nats / len(made.text))
