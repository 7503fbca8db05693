"""`tinytutor confused`: the student says what is not understood."""

from __future__ import annotations

import click

from tinytutor.cli.choosing import exercise_of
from tinytutor.cli.options import module_argument, tutor_command
from tinytutor.cli.session import Session


@tutor_command("confused", short_help="Say what you don't understand.")
@module_argument()
@click.argument("exercise", required=False)
@click.option("-m", "--message", default="", metavar="TEXT", help="In your own words.")
def command(session: Session, module: str, exercise: str | None, message: str) -> None:
    """Record that you don't understand something in MODULE, or in one EXERCISE of it.

    It stays on this machine until you export or submit. Authors learn from it where a lesson fails.

    Example: tinytutor confused 02 create -m "why is the shape (3,) and not (3, 1)?"
    """
    chosen = session.module(module)
    place = exercise_of(session.tutor.lesson(chosen.id), exercise).id if exercise else None
    session.tutor.report_confusion(chosen.id, place, message)
    where = f"{chosen.id}, {place}" if place else chosen.id
    session.output.line(f"Noted for {where}. Thank you.")
    session.output.note(
        f"Help now: tinytutor hint {chosen.number:02d}{f' {place}' if place else ''}"
    )
