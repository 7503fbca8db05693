"""`tinytutor map`: where the student stands, and what comes next."""

from __future__ import annotations

import click

from tinytutor.cli.options import tutor_command
from tinytutor.cli.session import Session


@tutor_command("map", json_result=True, short_help="Modules, what is missing, what comes next.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters only.")
@click.option("--list", "as_list", is_flag=True, help="A list in words, for a screen reader.")
def command(session: Session, ascii_only: bool, as_list: bool) -> None:
    """Draw the modules as a map, with their states, and name what comes next.

    Where the terminal is too narrow for the drawing it is a list.

    Example: tinytutor map --list
    """
    from tinytutor.cli.map_view import list_lines, map_json, next_line  # noqa: PLC0415

    output, course = session.output, session.course
    views, next_id = session.tutor.overview(), session.tutor.next_module()
    if session.as_json:
        output.json(map_json(course, views, next_id))
        return
    unicode = output.unicode and not ascii_only
    drawn = None
    if not as_list:
        from tinytutor.cli.map_drawing import drawn_lines  # noqa: PLC0415

        drawn = drawn_lines(course, views, output.width, unicode=unicode)
    for line in drawn or list_lines(views, unicode=unicode):
        output.line(*line)
    output.line()
    output.line(*next_line(views, next_id))
