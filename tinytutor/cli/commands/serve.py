"""`tinytutor serve`: the app in a browser on this machine."""

from __future__ import annotations

import click

from tinytutor.cli.options import tutor_command
from tinytutor.cli.session import Session


@tutor_command("serve", short_help="Open the app in a browser on this machine.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Any free one otherwise.")
@click.option("--no-open", is_flag=True, help="Only print the address.")
def command(session: Session, port: int, no_open: bool) -> None:
    """Serve the app on loopback and print the address, which holds a token.

    Nobody gets in without the token, and nobody from another machine at all. Each visitor has an
    app of their own over the same workspace. Ctrl-C ends it.

    Example: tinytutor serve --port 8123
    """
    try:
        from tinytutor.cli.serving import serve  # noqa: PLC0415  aiohttp, an extra
    except ModuleNotFoundError as problem:
        raise click.ClickException(
            f'the package {problem.name!r} is missing: `pip install "tinytutor[serve]"` brings it'
        ) from None
    # Read now: a broken course is told here, not in the browser.
    arguments = ["--workspace", str(session.workspace_folder)]
    arguments += ["--course", str(session.course.folder)]

    def ready(address: str) -> None:
        session.output.line(address)
        session.output.note("Ctrl-C ends it.")
        if not no_open:
            import webbrowser  # noqa: PLC0415

            webbrowser.open(address)

    serve(arguments, session.course.title, port, ready)
