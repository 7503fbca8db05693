"""`tinytutor completion`: the script that makes a shell complete commands, options and modules."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from tinytutor.cli.options import tutor_command
from tinytutor.cli.session import Session

_INSTALL = {
    "bash": "echo 'eval \"$(tinytutor completion bash)\"' >> ~/.bashrc",
    "zsh": "echo 'eval \"$(tinytutor completion zsh)\"' >> ~/.zshrc",
    "fish": "tinytutor completion fish > ~/.config/fish/completions/tinytutor.fish",
}


@tutor_command("completion", short_help="Completion for bash, zsh or fish.")
@click.argument("shell", type=click.Choice(sorted(_INSTALL)))
def command(session: Session, shell: str) -> None:
    """Print the completion script for SHELL; the line that installs it goes to stderr.

    Example: tinytutor completion bash
    """
    kind = get_completion_class(shell)
    assert kind is not None, "the choices are click's own shells"
    root = click.get_current_context().find_root()
    script = kind(root.command, {}, "tinytutor", "_TINYTUTOR_COMPLETE").source()
    session.output.raw(script)
    if session.output.on_terminal:
        session.output.note(f"To install it for good:\n  {_INSTALL[shell]}")
