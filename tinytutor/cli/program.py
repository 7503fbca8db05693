"""The program `tinytutor`: its commands by name, each imported only when it is called."""

from __future__ import annotations

import gc
import importlib
import os
from typing import Any

import click

from tinytutor.cli.exit_codes import ExitCode
from tinytutor.cli.options import global_options
from tinytutor.cli.session import Session
from tinytutor.interrupts import left_to_asyncio

COMMANDS = {
    "init": "init",
    "map": "map",
    "start": "start",
    "read": "read",
    "experiment": "experiment",
    "check": "check",
    "watch": "watch",
    "hint": "hint",
    "puzzle": "puzzle",
    "blame": "blame",
    "solution": "solution",
    "diff": "diff",
    "reset": "reset",
    "confused": "confused",
    "quiz": "quiz",
    "milestone": "milestone",
    "stats": "stats",
    "submit": "submit",
    "privacy": "privacy",
    "export": "export",
    "ingest": "ingest",
    "report": "report",
    "grade": "grade",
    "send": "send",
    "serve": "serve",
    "doctor": "doctor",
    "completion": "completion",
    "author": "author",
    "review": "review",
}
"""Command → its module in `tinytutor.cli.commands`, in the order in which a student meets them."""


class Program(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order in which a student meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"tinytutor.cli.commands.{COMMANDS[cmd_name]}")
        found: click.Command = module.command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for a name that is nearly right."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(_unknown(args[0]), ctx)
        return super().resolve_command(ctx, args)


def _unknown(name: str) -> str:
    import difflib  # noqa: PLC0415  5 ms, only for a mistyped command

    close = difflib.get_close_matches(name, COMMANDS, n=1)
    advice = f"Did you mean `tinytutor {close[0]}`?" if close else "`tinytutor --help` lists them."
    return f"there is no command {name!r}. {advice}"


@click.command(
    "tinytutor",
    cls=Program,
    invoke_without_command=True,
    epilog="MODULE is 2, 02, tensor or 02_tensor. Exit codes: 0 done or passed, 1 tests failed, "
    "2 usage; docs/students.md lists the others.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.pass_context
def program(ctx: click.Context) -> Any:
    """Build your own deep-learning library, module by module.

    Without a command it opens the app.
    """
    if ctx.invoked_subcommand is None:
        return open_app(ctx.obj)
    return None


program.params.extend(global_options(with_json=True))


def open_app(session: Session) -> ExitCode:
    """Opens the terminal app."""
    if session.as_json:
        raise click.UsageError("--json needs a command, such as `tinytutor map --json`.")
    # The app of a browser's visitor draws through a driver of its own: see `serving`.
    if not session.output.on_terminal and "TEXTUAL_DRIVER" not in os.environ:
        raise click.UsageError(
            "the app needs a terminal and stdout is none. `tinytutor map` prints the map instead."
        )
    # What is made from here to the first paint stays: to look for garbage in it takes a fifth of
    # the time. The app begins to look once it is on screen.
    gc.disable()
    from tinytutor.tui.app import run_app  # noqa: PLC0415  240 ms, only for the app

    with left_to_asyncio():
        run_app(session.workspace_folder, session.course)
    return ExitCode.OK
