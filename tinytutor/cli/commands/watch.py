"""`tinytutor watch`: checks on every save."""

from __future__ import annotations

import click

from tinytutor.cli.exit_codes import ExitCode
from tinytutor.cli.options import module_argument, tutor_command
from tinytutor.cli.session import Session


@tutor_command("watch", short_help="Check on every save.")
@module_argument(required=False)
@click.option("--poll", is_flag=True, help="Look for changes twice a second instead of waiting.")
def command(session: Session, module: str | None, poll: bool) -> ExitCode:
    """Check MODULE now and after each save that changes its code.

    Without MODULE it begins with the one you worked on last and follows every notebook of the
    workspace. Keys: r or Enter runs again, h shows a hint, c cancels a run, q quits. Ctrl-C ends
    it too, with exit code 0. Network folders are polled by themselves.

    Example: tinytutor watch 02
    """
    from tinytutor.cli.choosing import chosen_module  # noqa: PLC0415
    from tinytutor.cli.watching import Watcher  # noqa: PLC0415
    from tinytutor.tutor.mounts import needs_polling  # noqa: PLC0415

    workspace = session.workspace
    first = chosen_module(session, module)
    followed = [first] if module else [first, *(m for m in session.course.modules if m != first)]
    # Resolved, because the system reports resolved paths; a linked notebook stays a link.
    folder = workspace.folder.resolve()
    paths = {folder / workspace.notebook(each).name: each for each in followed}
    polling = poll or needs_polling(workspace.folder)

    async def watch() -> None:
        await Watcher(session, paths, polling=polling).run(first)

    session.output.note(
        f"Watching {workspace.notebook(first).name if module else workspace.folder}"
        f"{', polling' if polling else ''}."
    )
    try:
        session.run(watch())
    except KeyboardInterrupt:
        session.output.note("")
    session.output.note("Stopped watching.")
    return ExitCode.OK
