"""`tinytutor read`: the lesson as linear text."""

from __future__ import annotations

import click

from tinytutor.cli.options import module_argument, tutor_command
from tinytutor.cli.session import Session

_WIDTH = 76


@tutor_command("read", short_help="Read a lesson as plain text.")
@module_argument()
@click.argument("section", required=False)
@click.option("--list", "list_only", is_flag=True, help="Only the titles of its sections.")
def command(session: Session, module: str, section: str | None, list_only: bool) -> None:
    """Print the lesson of MODULE as plain text, for a screen reader or a pager.

    SECTION is its number or words of its title. A locked module can be read too.

    Example: tinytutor read 02 3 | less
    """
    from tinytutor.cli.choosing import section_number  # noqa: PLC0415
    from tinytutor.cli.plain_text import section_lines  # noqa: PLC0415
    from tinytutor.notebooks.reading import read_lesson  # noqa: PLC0415  jupytext, 210 ms

    lesson = read_lesson(session.module(module))
    total = len(lesson.sections)
    if list_only:
        for number, each in enumerate(lesson.sections, 1):
            session.output.line(f"{number:>2} {each.title}")
        return
    first, last = 0, total
    if section is not None:
        first = section_number(lesson, section)
        last = first + 1
    width = min(_WIDTH, session.output.width)
    for index in range(first, last):
        blank = index == first
        if not blank:
            session.output.line()
        for line in section_lines(lesson.sections[index], index + 1, total, width):
            # One blank line in a row is enough for an ear.
            if line or not blank:
                session.output.line(line)
            blank = not line
