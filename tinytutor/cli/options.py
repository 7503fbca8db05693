"""Options that every command takes, before or after its name, and the MODULE argument."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from tinytutor.cli.session import Session

_Function = TypeVar("_Function", bound=Callable[..., Any])


class TutorCommand(click.Command):
    """A command that knows whether its result can be JSON."""

    def __init__(self, *args: Any, json_result: bool = False, **attributes: Any):
        super().__init__(*args, **attributes)
        self.json_result = json_result
        self.params.extend(global_options(with_json=json_result))

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command. Raises UsageError where JSON was asked of one that has none."""
        if ctx.find_object(Session) is not None and ctx.obj.as_json and not self.json_result:
            raise click.UsageError(
                f"`{ctx.command_path}` has no result for --json. Leave it out.", ctx
            )
        return super().invoke(ctx)


def tutor_command(
    name: str, *, json_result: bool = False, **attributes: Any
) -> Callable[..., TutorCommand]:
    """Declares a command; its function gets the `Session` first."""

    def declare(function: Callable[..., Any]) -> TutorCommand:
        declared = click.command(name, cls=TutorCommand, json_result=json_result, **attributes)
        return declared(click.pass_obj(function))

    return declare


def global_options(*, with_json: bool) -> list[click.Parameter]:
    """Fresh parameters, since click binds each to one command."""
    options: list[click.Parameter] = [
        click.Option(
            ["--workspace"],
            type=click.Path(path_type=Path, file_okay=False),
            metavar="DIR",
            expose_value=False,
            callback=_remember("workspace_option"),
            help="The workspace; else TINYTUTOR_WORKSPACE, or the one around the current folder.",
        ),
        click.Option(
            ["--course"],
            type=click.Path(path_type=Path, file_okay=False),
            metavar="DIR",
            expose_value=False,
            callback=_remember("course_option"),
            help="The course; else TINYTUTOR_COURSE, else the one that came with tinytutor.",
        ),
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_version,
            help="Show the version and exit.",
        ),
    ]
    if with_json:
        options.insert(
            2,
            click.Option(
                ["--json"],
                is_flag=True,
                expose_value=False,
                callback=_remember("as_json"),
                help="The result as JSON, alone on stdout.",
            ),
        )
    return options


def complete_module(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Names of modules that begin with what is typed; none where no course can be read."""
    session = ctx.find_object(Session)
    try:
        modules = session.course.modules if session else ()
    except Exception:  # a completion must never write an error over the prompt
        return []
    typed = incomplete.lower()
    by_id = typed[:1].isdigit()
    return [
        CompletionItem(name, help=module.title)
        for module in modules
        if (name := module.id if by_id else module.name).startswith(typed)
    ]


def module_argument(*, required: bool = True) -> Callable[[_Function], _Function]:
    """The MODULE argument."""
    return click.argument(
        "module",
        metavar="MODULE" if required else "[MODULE]",
        required=required,
        shell_complete=complete_module,
    )


def modules_argument() -> Callable[[_Function], _Function]:
    """Any number of modules."""
    return click.argument("modules", metavar="MODULE...", nargs=-1, shell_complete=complete_module)


def _remember(attribute: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
        session = ctx.find_object(Session)
        if session is not None and value:
            setattr(session, attribute, value)

    return keep


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from tinytutor import __version__  # noqa: PLC0415

        session = ctx.find_object(Session)
        if session is not None:
            session.output.line(f"tinytutor {__version__}")
        ctx.exit()
