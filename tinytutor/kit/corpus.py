"""A text to learn from: short tales told by a small grammar that was written down for this course.

The grammar says how random each choice is, so that the best possible loss on the text is known.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Tales:
    """Many tales in one text, a line each."""

    text: str
    nats_per_character: float
    """The information in the choices that made the text: no model can do better on average."""
    words: frozenset[str]
    """Every word that a tale may contain, as it is written there."""


def tales(characters: int, seed: int) -> Tales:
    """At least so many characters of tales; the last tale is finished.

    80,000 characters take about a tenth of a second.

    Raises:
        ValueError: for less than one character.
    """
    if characters < 1:
        raise ValueError(f"tales need at least 1 character, got {characters}")
    rng = np.random.default_rng(seed)
    told: list[str] = []
    nats, length = 0.0, 0
    while length < characters:
        tale, choices = _told("tale", rng)
        told.append(tale)
        nats += choices
        length += len(tale)
    return Tales("".join(told), nats / length, frozenset(_words()))


def _told(symbol: str, rng: np.random.Generator) -> tuple[str, float]:
    """One way to fill the symbol, and the nats of the choices in it."""
    ways = _GRAMMAR[symbol]
    way = ways[int(rng.integers(len(ways)))]
    nats = math.log(len(ways))
    parts = []
    for text, inner in _parts(way):
        parts.append(text)
        if inner:
            filled, choices = _told(inner, rng)
            parts.append(filled)
            nats += choices
    return "".join(parts), nats


def _parts(way: str) -> list[tuple[str, str]]:
    """Pairs of plain text and the symbol that follows it, "" at the end."""
    pieces = re.split(r"\{(\w+)\}", way)
    return list(zip(pieces[::2], [*pieces[1::2], ""], strict=True))


def _words() -> set[str]:
    plain = (text for ways in _GRAMMAR.values() for way in ways for text, _ in _parts(way))
    return {word for text in plain for word in re.findall(r"[A-Za-z]+", text)}


# No symbol leads back to itself, so every tale ends; no two ways of a symbol can give the same
# text, so the choices can be read off a tale. Both are tested.
_GRAMMAR: dict[str, list[str]] = {
    "tale": ["{start} {meeting} {talk} {turn} {moral}.\n"],
    "start": [
        "Once {a_beast} lived {place}.",
        "Long ago {a_beast} slept {place}.",
        "One {time} {a_beast} sat {place}.",
    ],
    "meeting": [
        "Along came {a_beast} with a {thing}.",
        "Soon the {beast} walked by and saw the {thing}.",
        "There it met {a_beast} who had lost a {thing}.",
        "Then {a_beast} called from far away.",
    ],
    "talk": [
        '"I {speech}," said the {beast}.',
        '"I {speech}," said the {beast}, "and I {speech}."',
        'The {beast} asked, "Did you see the {beast}?"',
        "Nobody spoke until the {time}.",
    ],
    "turn": [
        "But the {beast} {deed} the {thing} and ran {place}.",
        "So they {deed} the {thing} and shared the {food}.",
        "Then the {thing} fell {place} and nobody {deed} it.",
        "At last the {beast} gave the {food} to the {beast}.",
    ],
    "moral": [
        "Slow feet can win the race",
        "A kind word costs nothing",
        "Little friends may be great friends",
        "Look before you leap",
        "The one who shares eats twice",
        "Pride comes before a fall",
        "Ask before you borrow",
        "Even the {manner} {beast} needs a friend",
    ],
    "speech": [
        "need the {thing}",
        "shall wait {place}",
        "am your {manner} friend",
        "want the {food}",
        "live {place}",
        "never trust the {beast}",
        "will bring {food}",
    ],
    "a_beast": ["a {manner} {beast}", "an old {beast}"],
    "manner": ["small", "clever", "hungry", "proud", "quiet", "lazy", "brave", "gentle", "greedy"],
    "beast": [
        "fox",
        "crow",
        "mouse",
        "lion",
        "tortoise",
        "hare",
        "wolf",
        "goat",
        "owl",
        "frog",
        "donkey",
        "sparrow",
    ],
    "place": [
        "under the oak",
        "by the river",
        "on the hill",
        "behind the mill",
        "near the well",
        "in the barn",
        "beside the road",
        "among the reeds",
    ],
    "time": ["morning", "evening", "winter", "summer", "day", "night"],
    "thing": [
        "lamp",
        "key",
        "basket",
        "bell",
        "rope",
        "ladder",
        "cheese",
        "mirror",
        "kettle",
        "blanket",
    ],
    "food": ["bread", "honey", "apples", "soup", "corn", "nuts"],
    "deed": ["took", "found", "hid", "mended", "broke", "carried", "painted"],
}
