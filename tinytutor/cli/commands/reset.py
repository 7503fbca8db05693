"""`tinytutor reset`: back to the starter, with a backup; `--undo` puts the student's own back."""

from __future__ import annotations

import click

from tinytutor.cli.choosing import exercise_of
from tinytutor.cli.exit_codes import ExitCode
from tinytutor.cli.options import module_argument, tutor_command
from tinytutor.cli.session import Session
from tinytutor.tutor.errors import NotStartedError


@tutor_command("reset", json_result=True, short_help="Back to the starter, undoable.")
@module_argument()
@click.argument("exercise", required=False)
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--undo", is_flag=True, help="Put back what the last reset replaced.")
def command(session: Session, module: str, exercise: str | None, yes: bool, undo: bool) -> ExitCode:
    """Put MODULE, or one EXERCISE of it, back to the starter. A copy of yours is kept.

    Example: tinytutor reset 02 create
    """
    if undo and exercise:
        raise click.UsageError("--undo puts the whole notebook back: leave EXERCISE out.")
    output = session.output
    chosen = session.module(module)
    if undo:
        return _undo(session, chosen.id)
    if not session.workspace.notebook(chosen).exists():
        raise NotStartedError(
            f"{chosen.id} has no notebook to reset: `tinytutor start {chosen.number:02d}` makes it"
        )
    only = exercise_of(session.tutor.lesson(chosen.id), exercise).id if exercise else None
    what = f"exercise {only} of {chosen.id}" if only else f"all of {chosen.id}"
    if not yes:
        output.confirm(
            f"Put {what} back to the starter? A copy of yours is kept.",
            otherwise="Stopped: nothing was changed.",
        )
    backup = session.tutor.reset(chosen.id, only)
    if session.as_json:
        output.json(
            {"module": chosen.id, "exercise": only, "backup": str(backup) if backup else None}
        )
        return ExitCode.OK
    output.line(f"{what[0].upper()}{what[1:]} is the starter again.")
    if backup is not None:
        output.note(f"Yours is kept in {backup}")
        output.note(f"`tinytutor reset {chosen.number:02d} --undo` puts it back.")
    return ExitCode.OK


def _undo(session: Session, module_id: str) -> ExitCode:
    done = session.tutor.undo_reset(module_id)
    if session.as_json:
        session.output.json({"module": module_id, "undone": done})
    elif done:
        session.output.line(f"{module_id} is as it was before the reset.")
    if not done:
        session.output.note(f"There is no reset of {module_id} to undo.")
        return ExitCode.USAGE
    return ExitCode.OK
