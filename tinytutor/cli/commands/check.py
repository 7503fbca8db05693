"""`tinytutor check`: runs a module's tests in a clean kernel."""

from __future__ import annotations

import click

from tinytutor.cli.exit_codes import ExitCode
from tinytutor.cli.options import module_argument, tutor_command
from tinytutor.cli.session import Session


@tutor_command("check", json_result=True, short_help="Run a module's tests.")
@module_argument(required=False)
@click.option("--exercise", metavar="ID", help="Only this exercise's tests; unlocks nothing.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Give up after this long.",
)
@click.option("--fresh", is_flag=True, help="Run the tests even if nothing has changed.")
def command(
    session: Session,
    module: str | None,
    exercise: str | None,
    timeout: float | None,
    *,
    fresh: bool,
) -> ExitCode:
    """Run the tests of MODULE, or of the module that you worked on last.

    When all pass, your code goes into your library and what comes next opens. If nothing has
    changed since they ran last, you get that verdict. Ctrl-C stops the check; nothing is recorded
    as passed then.

    Example: tinytutor check 02 --exercise create
    """
    from tinytutor.cli.check_report import (  # noqa: PLC0415
        check_json,
        exit_code_of,
        report_lines,
    )
    from tinytutor.cli.checking import checked  # noqa: PLC0415
    from tinytutor.cli.choosing import chosen_module, exercise_of  # noqa: PLC0415

    chosen = chosen_module(session, module)
    only = exercise_of(session.tutor.lesson(chosen.id), exercise).id if exercise else None
    result = session.run(
        checked(session, chosen.id, exercise_id=only, seconds=timeout, fresh=fresh)
    )
    if session.as_json:
        if result.fault:
            session.output.note(f"tinytutor: {result.fault}")
        session.output.json(check_json(result))
    else:
        next_id = session.tutor.next_module() if result.passed else None
        unicode = session.output.unicode
        for line in report_lines(result, session.course, next_id, unicode=unicode):
            session.output.line(*line)
    return exit_code_of(result)
