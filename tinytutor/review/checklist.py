"""What is asked before a module is marked complete, and only a person can answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tinytutor.review.decisions import Answer, Decisions
from tinytutor.review.scorecard import ModuleReview, Status


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the checklist."""

    id: str
    text: str
    """To be answered with yes, no or later."""


QUESTIONS: tuple[Question, ...] = (
    Question("newcomer", "Did someone who does not know the subject read it and follow?"),
    Question("timed", "Did someone work through it within about the stated time?"),
    Question("intuition", "Is there an intuition or example before each formula?"),
    Question("steps", "Is each step small enough to hold in mind at once?"),
    Question("mistakes", "Do the tests' messages help with the typical mistakes?"),
    Question("facts", "Were facts, figures and statements about frameworks checked?"),
    Question("measurement", "Do the measurements show what the text says of them?"),
    Question("language", "Is it free of jokes, names and examples that shut somebody out?"),
    Question("accessible", "Can it be followed without seeing pictures or colours?"),
    Question("feedback", "Were reports of confusion about it read and answered?"),
)


class NoSuchQuestionError(LookupError):
    """An id that no question has."""


@dataclass(frozen=True, slots=True)
class Item:
    """A question and its answer for one module."""

    question: Question
    answer: Answer | None


def checklist(decisions: Decisions, module_id: str) -> tuple[Item, ...]:
    """All questions with the answers that the module has."""
    return tuple(Item(q, decisions.answer_to(module_id, q.id)) for q in QUESTIONS)


def question_called(question_id: str) -> Question:
    """The question with this id. Raises NoSuchQuestionError."""
    for question in QUESTIONS:
        if question.id == question_id:
            return question
    known = ", ".join(question.id for question in QUESTIONS)
    raise NoSuchQuestionError(f"there is no question {question_id!r}. There are: {known}.")


def is_complete(module: ModuleReview, decisions: Decisions) -> bool:
    """Whether the module may be marked complete: ready by evidence, and every answer a yes."""
    answers = [item.answer for item in checklist(decisions, module.id)]
    return module.status is Status.READY and all(
        a is not None and a.answer == "yes" for a in answers
    )
