"""`tinytutor blame`: in which module the cause of a failing test lies."""

from __future__ import annotations

import click

from tinytutor.cli.exit_codes import ExitCode
from tinytutor.cli.options import module_argument, tutor_command
from tinytutor.cli.output import Tone
from tinytutor.cli.session import Session


@tutor_command("blame", json_result=True, short_help="Find the module that a failure comes from.")
@module_argument()
@click.argument("exercise", required=False)
def command(session: Session, module: str, exercise: str | None) -> ExitCode:
    """Tell whether the failing test of EXERCISE fails by this module's code or by an earlier one's.

    The test runs again with one file of your library at a time replaced by the reference's.
    Without EXERCISE it takes the first one that has not passed.

    Example: tinytutor blame 06 gradients
    """
    from tinytutor.cli.choosing import chosen_exercise  # noqa: PLC0415

    output, chosen = session.output, session.module(module)
    target = chosen_exercise(session, chosen, exercise)
    output.status(f"running {target.id} with one file of the reference at a time")
    blame = session.run(session.tutor.runs.blame(chosen.id, target.id))
    if session.as_json:
        output.json(
            {
                "module": chosen.id,
                "exercise": target.id,
                "passes": blame.passes,
                "blamed": list(blame.module_ids),
            }
        )
    elif blame.passes:
        output.line((f"{target.id} passes", Tone.GOOD), ": there is nothing to blame.")
    elif blame.module_ids == (chosen.id,):
        output.line(f"{target.id} fails by the code of this module, {chosen.label}.")
        output.note(f"Help: tinytutor hint {chosen.number:02d} {target.id}")
    else:
        for module_id in blame.module_ids:
            earlier = session.course.module(module_id)
            output.line("Look at ", (earlier.label, Tone.STRONG), f", file {earlier.name}.py")
        output.line("With the reference's file in its place the test passes.")
        output.note(f"Mend its notebook, then: tinytutor check {blame.module_ids[0]}")
    return ExitCode.OK
