"""Questions that come back: which of them are asked at the start of a session. Locks nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import yaml

from tinytutor.curriculum import Course, Module
from tinytutor.files import sha256
from tinytutor.progress.clock import utc_seconds
from tinytutor.progress.events import Event, ModulePassed, QuizAnswered

ASKED = 3
"""Questions at the start of a session."""
SITTINGS_AGO = (1, 3, 7)
"""Each question comes from a module passed about so many sittings ago."""
BREAK_SECONDS = 3600.0
"""A longer pause without any event begins another sitting."""


class QuizError(ValueError):
    """A quiz file that can't be used."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its choices."""

    id: str
    """Made from its words: another wording is another question."""
    module_id: str
    words: str
    choices: tuple[str, ...]
    answer: int
    """Number of the right choice, from 1."""
    because: str


def read_questions(module: Module) -> tuple[Question, ...]:
    """The questions of a module, none where it has no quiz file. Raises QuizError."""
    path = module.folder / "quiz.yaml"
    if not path.exists():
        return ()
    try:
        return tuple(
            _question(module.id, raw) for raw in yaml.safe_load(path.read_text("utf-8")) or ()
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as problem:
        raise QuizError(f"{path}: a question can't be read ({problem!r})") from None


def _question(module_id: str, raw: Mapping[str, object]) -> Question:
    choices = raw["choices"]
    if not isinstance(choices, list):
        raise TypeError("`choices` must be a list")
    answer = int(str(raw["answer"]))
    if not 1 <= answer <= len(choices):
        raise ValueError(f"`answer` {answer} is the number of no choice")
    words = str(raw["question"])
    return Question(
        id=sha256(f"{module_id}\0{words}")[:16],
        module_id=module_id,
        words=words,
        choices=tuple(map(str, choices)),
        answer=answer,
        because=str(raw["because"]),
    )


def sittings(events: Iterable[Event]) -> list[int]:
    """For each event the number of the sitting that it belongs to, from 0."""
    numbers: list[int] = []
    before: float | None = None
    for event in events:
        now = utc_seconds(event.at)
        new = before is not None and now - before > BREAK_SECONDS
        numbers.append((numbers[-1] if numbers else 0) + new)
        before = now
    return numbers


def due_modules(course: Course, events: Sequence[Event], now: float) -> tuple[str, ...]:
    """Ids of passed modules, of which the quiz asks now: one for each of `SITTINGS_AGO`.

    None where this sitting has had its questions, or where no module passed in an earlier one.

    Args:
        course: modules that it no longer has are not asked about.
        events: of the workspace, in order.
        now: seconds since 1970.
    """
    if not events:
        return ()
    numbers = sittings(events)
    here = numbers[-1] + (now - utc_seconds(events[-1].at) > BREAK_SECONDS)
    passed: dict[str, int] = {}
    for event, number in zip(events, numbers, strict=True):
        if isinstance(event.what, QuizAnswered) and number == here:
            return ()
        if (
            isinstance(event.what, ModulePassed)
            and event.module_id
            and event.module_id in course.by_id
        ):
            passed.setdefault(event.module_id, number)
    ago = {module_id: here - number for module_id, number in passed.items() if number < here}
    chosen: list[str] = []
    for wanted in SITTINGS_AGO:
        left = [module_id for module_id in ago if module_id not in chosen] or list(ago)
        if left:
            chosen.append(min(left, key=lambda m: (abs(ago[m] - wanted), m)))
    return tuple(chosen)


def choose(
    module_ids: Sequence[str],
    questions: Mapping[str, Sequence[Question]],
    events: Iterable[Event],
) -> tuple[Question, ...]:
    """One question for each module: never asked before; else answered wrongly; else longest ago."""
    last: dict[str, tuple[bool, int]] = {}
    for place, event in enumerate(events):
        if isinstance(event.what, QuizAnswered):
            last[event.what.question_id] = (event.what.correct, place)

    def turn(question: Question) -> tuple[bool, bool, int]:
        correct, place = last.get(question.id, (False, -1))
        return question.id in last, correct, place

    chosen: list[Question] = []
    for module_id in module_ids:
        left = [question for question in questions[module_id] if question not in chosen]
        if left:
            chosen.append(min(left, key=turn))
    return tuple(chosen)
