"""`tinytutor init`: makes the workspace."""

from __future__ import annotations

import shlex

from tinytutor.cli.options import tutor_command
from tinytutor.cli.session import Session


@tutor_command("init", json_result=True, short_help="Make your workspace.")
def command(session: Session) -> None:
    """Make the folder in which you work, with your own library in it.

    Example: tinytutor init --workspace ~/my-library
    """
    from tinytutor.tutor.workspace import (  # noqa: PLC0415  json and shutil, 10 ms
        create_workspace,
        find_workspace,
        is_workspace,
        open_workspace,
    )

    folder, course, output = session.workspace_folder, session.course, session.output
    existed = is_workspace(folder)
    workspace = open_workspace(folder, course) if existed else create_workspace(folder, course)
    if session.as_json:
        output.json({"workspace": str(workspace.folder), "created": not existed})
        return
    output.line("It is there already: " if existed else "Made ", str(workspace.folder))
    if folder != find_workspace():
        output.note(f"Commands find it from within: cd {shlex.quote(str(folder))}")
    output.note("Next: tinytutor map")
