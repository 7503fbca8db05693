"""Every command and every exit code is explained on a page, and every command in `--help`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.cli.conftest import spawn
from tinytutor.cli.exit_codes import ExitCode
from tinytutor.cli.program import COMMANDS, program

DOCS = Path(__file__).parents[2] / "docs"
STUDENTS = DOCS / "students.md"
PAGES = (STUDENTS, DOCS / "instructors.md")
GLOBAL = {"--workspace", "--course", "--version", "--json", "--help"}


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(program)
    for name in COMMANDS:
        command = program.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", each) for inner, each in command.commands.items())


ALL = dict(commands())


def section_of(name: str) -> str:
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    parts = text.split(f"\n### `tinytutor {name.split(maxsplit=1)[0]}")[1:]
    return "\n".join(part.partition("\n#")[0] for part in parts)


@pytest.mark.parametrize("name", ALL)
def test_every_command_is_explained_with_an_example(name: str) -> None:
    section = section_of(name)
    assert f"tinytutor {name}" in section.partition("```console")[2], f"no example of {name}"


@pytest.mark.parametrize("name", ALL)
def test_every_option_is_explained(name: str) -> None:
    section = section_of(name)
    for parameter in ALL[name].params:
        options = {option for option in parameter.opts if option.startswith("-")}
        if isinstance(parameter, click.Option) and not options & GLOBAL:
            assert any(option in section for option in options), f"{name} {options}"


@pytest.mark.parametrize("name", ALL)
def test_the_page_says_whose_result_is_json(name: str) -> None:
    if " " in name or isinstance(ALL[name], click.Group):
        return
    takes_json = any("--json" in parameter.opts for parameter in ALL[name].params)
    assert ("JSON" in section_of(name)) is takes_json


@pytest.mark.parametrize("name", ALL)
def test_help_has_an_example_and_one_line_for_the_list(name: str) -> None:
    command = ALL[name]
    assert command.short_help
    if not isinstance(command, click.Group):
        assert "Example: tinytutor " in (command.help or "")


def test_help_lists_every_command() -> None:
    text = spawn("--help").stdout
    for name in COMMANDS:
        assert re.search(rf"^  {name} ", text, re.MULTILINE), name


def test_every_exit_code_is_explained() -> None:
    text = STUDENTS.read_text("utf-8").partition("## Exit codes")[2]
    listed = {int(number) for number in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert listed == {code.value for code in ExitCode}
