"""`tinytutor solution`: the reference for an exercise."""

from __future__ import annotations

import click

from tinytutor.cli.options import module_argument, tutor_command
from tinytutor.cli.session import Session


@tutor_command("solution", json_result=True, short_help="The reference solution.")
@module_argument()
@click.argument("exercise", required=False)
@click.option("--yes", is_flag=True, help="Show it before your own passes; that is recorded.")
def command(session: Session, module: str, exercise: str | None, yes: bool) -> None:
    """Print the reference solution of EXERCISE, or of the first one that has not passed.

    Before your own has passed it asks first, and the record says that it was shown.

    Example: tinytutor solution 02 create
    """
    from tinytutor.cli.choosing import chosen_exercise, passed_exercises  # noqa: PLC0415

    chosen = session.module(module)
    target = chosen_exercise(session, chosen, exercise)
    if not yes and target.id not in passed_exercises(session, chosen):
        session.output.confirm(
            f"{target.id} has not passed yet. Show the solution, and record that it was shown?",
            otherwise=f"Stopped. `tinytutor hint {chosen.number:02d} {target.id}` helps in steps.",
        )
    source = session.tutor.solution(chosen.id, target.id)
    if session.as_json:
        session.output.json({"module": chosen.id, "exercise": target.id, "source": source})
        return
    for line in source.splitlines():
        session.output.line(line)
