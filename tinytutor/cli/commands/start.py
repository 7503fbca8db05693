"""`tinytutor start`: puts a module's starter notebook into the workspace."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import click

from tinytutor.cli.options import module_argument, tutor_command
from tinytutor.cli.output import Output
from tinytutor.cli.session import Session


@tutor_command("start", json_result=True, short_help="Begin a module: get its notebook.")
@module_argument()
@click.option("--open", "open_it", is_flag=True, help="Open the notebook in your editor.")
@click.option(
    "--anyway", is_flag=True, help="Begin it although it is locked; exports say that you did."
)
def command(session: Session, module: str, open_it: bool, anyway: bool) -> None:
    """Put the starter notebook of MODULE into the workspace and print its path.

    A notebook that is there already stays as it is. The editor of --open is TINYTUTOR_EDITOR, else
    what your system opens notebooks with.

    Example: tinytutor start 02 --open
    """
    chosen = session.module(module)
    notebook = session.tutor.start(chosen.id, override=anyway)
    if session.as_json:
        session.output.json({"module": chosen.id, "notebook": str(notebook)})
    else:
        session.output.line(str(notebook))
        session.output.note(f"Next: write in it, then run `tinytutor check {chosen.number:02d}`.")
    if open_it:
        _open(notebook, session.output)


def _open(notebook: Path, output: Output) -> None:
    editor = os.environ.get("TINYTUTOR_EDITOR")
    try:
        if editor:
            opened = (
                subprocess.run([*shlex.split(editor), str(notebook)], check=False).returncode == 0
            )
        else:
            opened = click.launch(str(notebook)) == 0
    except OSError:
        opened = False
    if not opened:
        output.note(
            f"No editor opened it. Set TINYTUTOR_EDITOR to the command of yours, such as `code` or "
            f"`jupyter lab`, or open {notebook} in it by hand."
        )
