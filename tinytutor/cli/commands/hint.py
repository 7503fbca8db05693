"""`tinytutor hint`: the next step of help."""

from __future__ import annotations

import click

from tinytutor.cli.options import module_argument, tutor_command
from tinytutor.cli.output import Tone
from tinytutor.cli.session import Session


@tutor_command("hint", json_result=True, short_help="The next step of help for an exercise.")
@module_argument()
@click.argument("exercise", required=False)
def command(session: Session, module: str, exercise: str | None) -> None:
    """Show the next hint for EXERCISE, or for the first one that has not passed.

    Each call goes one step further, from a question to nearly the code.

    Example: tinytutor hint 02 create
    """
    from tinytutor.cli.choosing import chosen_exercise  # noqa: PLC0415

    output = session.output
    chosen = session.module(module)
    target = chosen_exercise(session, chosen, exercise)
    hint = session.tutor.next_hint(chosen.id, target.id)
    if session.as_json:
        output.json(
            {
                "module": chosen.id,
                "exercise": hint.exercise_id,
                "step": hint.step,
                "total": hint.total,
                "text": hint.text,
            }
        )
        return
    output.line((f"{target.id}: hint {hint.step} of {hint.total}", Tone.STRONG))
    for line in hint.text.splitlines():
        output.line(f"  {line}" if line else "")
    again = f"tinytutor hint {chosen.number:02d} {target.id}"
    if hint.step < hint.total:
        output.note(f"More help: {again}")
    else:
        output.note(
            f"That was the last hint. Still stuck: tinytutor confused {chosen.number:02d} "
            f'{target.id} -m "what I don\'t understand" records it.'
        )
