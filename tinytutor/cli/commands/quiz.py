"""`tinytutor quiz`: questions from modules that have passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tinytutor.cli.options import complete_module, tutor_command
from tinytutor.cli.output import Tone
from tinytutor.cli.session import Session

if TYPE_CHECKING:
    from tinytutor.tutor.quiz import Question


@tutor_command("quiz", short_help="Three questions from modules you have passed.")
@click.argument("module", metavar="[MODULE]", required=False, shell_complete=complete_module)
def command(session: Session, module: str | None) -> None:
    """Ask the questions that are due in this session, or all questions of MODULE.

    Due are up to three, from modules passed about one, three and seven sessions ago. Answer with
    the number of a choice; an empty line goes on, the end of the input ends. Nothing is locked by
    an answer, right or wrong.

    Example: tinytutor quiz tensor
    """
    output = session.output
    if module is None:
        questions = session.tutor.practice.due_questions()
    else:
        questions = session.tutor.practice.questions(session.module(module).id)
    if not questions:
        output.line("No question is due. They come from modules that passed in earlier sessions.")
        output.note("Questions of one module: tinytutor quiz MODULE")
        return
    right = asked = 0
    for number, question in enumerate(questions, 1):
        output.line((f"Question {number} of {len(questions)}, {question.module_id}", Tone.QUIET))
        output.line((question.words, Tone.STRONG))
        for place, choice in enumerate(question.choices, 1):
            output.line(f"  {place}  {choice}")
        chosen = _chosen(session, question)
        if chosen is None:
            break
        if chosen:
            asked += 1
            correct = session.tutor.practice.answer(question, chosen)
            right += correct
            word = ("Right. ", Tone.GOOD) if correct else ("Not so. ", Tone.BAD)
            answer = "" if correct else f"{question.choices[question.answer - 1]}: "
            output.line(word, f"{answer}{question.because}")
        output.line()
    output.line(f"{right} of {asked} right")


def _chosen(session: Session, question: Question) -> int | None:
    """The number of a choice, 0 for no answer, None at the end of the input."""
    while True:
        line = session.output.ask(f"1 to {len(question.choices)}:")
        if not line:
            return None if line is None else 0
        if line.isascii() and line.isdigit() and 1 <= int(line) <= len(question.choices):
            return int(line)
