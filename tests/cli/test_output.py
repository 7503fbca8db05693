"""Output goes where it belongs, in what the stream can carry, and never crashes."""

from __future__ import annotations

import io
import json
import os

import pytest

from tinytutor.cli.errors import DeclinedError
from tinytutor.cli.output import Output, OutputClosedError, Tone, safe


class Stream(io.TextIOWrapper):
    """A stream of any encoding that may call itself a terminal."""

    def __init__(self, encoding: str = "utf-8", *, terminal: bool = False):
        self.bytes = io.BytesIO()
        self._terminal = terminal
        super().__init__(self.bytes, encoding=encoding, newline="", write_through=True)

    def isatty(self) -> bool:
        return self._terminal

    @property
    def text(self) -> str:
        return self.bytes.getvalue().decode(self.encoding)


def test_results_and_notes_go_apart() -> None:
    stdout, stderr = Stream(), Stream()
    output = Output(stdout, stderr, {})
    output.line("a ", ("result", Tone.GOOD))
    output.note("a note")
    assert stdout.text == "a result\n"
    assert stderr.text == "a note\n"


@pytest.mark.parametrize(
    ("terminal", "environment", "coloured"),
    [
        (True, {"TERM": "xterm-256color"}, True),
        (True, {"TERM": "xterm-256color", "NO_COLOR": "1"}, False),
        (True, {"TERM": "xterm-256color", "NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
        (False, {"TERM": "xterm-256color"}, False),
    ],
)
def test_colour_only_where_a_person_wants_it(
    terminal: bool, environment: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stdout = Stream(terminal=terminal)
    Output(stdout, Stream(), environment).line(("good", Tone.GOOD), " [b]plain[/b]")
    assert ("\x1b[" in stdout.text) is coloured
    assert "[b]plain[/b]" in stdout.text


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "latin-1"])
def test_narrow_encodings_get_lookalikes_and_escapes(encoding: str) -> None:
    stdout = Stream(encoding)
    output = Output(stdout, Stream(encoding), {})
    assert not output.unicode
    output.line("┌─▶ ✓ 数")
    assert stdout.text == "+-> + \\u6570\n"


def test_ascii_on_request() -> None:
    stdout = Stream()
    Output(stdout, Stream(), {"TINYTUTOR_ASCII": "1"}).line("─│")
    assert stdout.text == "-|\n"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_json_is_valid_in_any_encoding(encoding: str) -> None:
    stdout = Stream(encoding)
    Output(stdout, Stream(), {}).json({"title": "数 é \udc80"})
    assert json.loads(stdout.text) == {"schema_version": 1, "title": "数 é \udc80"}


def test_escapes_of_outside_text_never_reach_the_terminal() -> None:
    assert safe("a\x1b[31mred\x1b[0m\x07\x1b]0;title\x07\rb\tc") == "ared]0;titleb\tc"
    stdout = Stream(terminal=True)
    Output(stdout, Stream(), {"TERM": "xterm", "NO_COLOR": "1"}).line("x\x1b[2Jy")
    assert stdout.text == "xy\n"


def test_a_closed_pipe_has_an_error_of_its_own() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stdout:
        output = Output(stdout, Stream(), {})
        with pytest.raises(OutputClosedError):
            output.line("x" * 100_000)
        # So that closing the stream has nothing left to flush.
        output.abandon()


def test_missing_streams_swallow_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", None)
    monkeypatch.setattr("sys.stderr", None)
    output = Output(environment={})
    output.line("nobody hears this")
    output.note("nor this")
    output.close()


def test_the_changing_line_is_for_terminals_only() -> None:
    plain, live = Stream(), Stream(terminal=True)
    Output(Stream(), plain, {}).status("working")
    output = Output(Stream(), live, {"TERM": "xterm"})
    output.status("working")
    output.note("done")
    assert plain.text == ""
    assert live.text == "\rworking\r       \rdone\n"


@pytest.mark.parametrize(
    ("answer", "goes_on"),
    [("y\n", True), ("YES\n", True), ("\n", False), ("n\n", False), ("", False)],
)
def test_only_yes_is_yes(answer: str, goes_on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    keyboard = io.StringIO(answer)
    monkeypatch.setattr(keyboard, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", keyboard)
    output = Output(Stream(), Stream(), {})
    if goes_on:
        output.confirm("Sure?", otherwise="Stopped.")
    else:
        with pytest.raises(DeclinedError, match=r"Stopped\."):
            output.confirm("Sure?", otherwise="Stopped.")


def test_without_a_keyboard_the_answer_is_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(DeclinedError, match="--yes"):
        Output(Stream(), Stream(), {}).confirm("Sure?", otherwise="Stopped.")
