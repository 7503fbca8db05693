"""What a verdict looks like: styled text from values. Outside text is never read as markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from textual.content import Content

from tinytutor.running.failures import Failure
from tinytutor.running.verdicts import Status, Verdict
from tinytutor.tui import glyphs, text
from tinytutor.tui.differences import first_difference
from tinytutor.tui.module_state import ModuleState, shown_status
from tinytutor.tui.prose import prose
from tinytutor.tui.runs import Run, RunKind
from tinytutor.tutor.results import CheckResult

_TRACE_SHOWN = 40
"""Lines of captured output shown; the rest stays in the notebook."""
_WIDEST = 46
"""Of a value with its shape in one line, beside the lesson at 120 columns."""
_SHAPE = re.compile(r"  (shape \([\d, ]*\) \w+)$")


def status_line(status: str, title: str, seconds: float | None = None) -> Content:
    """Symbol, title and word of one test, in the colour of its status."""
    colour = glyphs.TEST_COLOUR[status]
    parts = [
        Content.styled(f"{glyphs.TEST[status]} ", f"bold {colour}"),
        Content.styled(title, "bold"),
        Content.styled(f"  {text.TEST_WORDS[status]}", colour),
    ]
    if seconds is not None:
        parts.append(Content.styled(f"  {text.seconds(seconds)}", "$text-muted"))
    return Content("").join(parts)


def verdict_content(verdict: Verdict, title: str, *, unfolded: bool = False) -> Content:
    """All that a test said; of a traceback the student's line, and the rest where asked for."""
    lines = [status_line(shown_status(verdict), title, verdict.seconds)]
    if verdict.failure is not None:
        lines += [Content(""), *failure_lines(verdict.failure)]
        lines += trace_lines(verdict.failure, unfolded=unfolded)
    output = verdict.output.strip("\n")
    if output:
        lines += [Content(""), Content.styled(text.PRINTED, "$text-muted")]
        lines += _indented(output.split("\n")[-_TRACE_SHOWN:])
    return Content("\n").join(lines)


def failure_lines(failure: Failure) -> Iterator[Content]:
    """Headline, expected beside got, where they part, the student's line, where to look."""
    calm = failure.expected or failure.error_type == "NotImplementedError"
    yield prose(failure.headline, "" if calm else "$text-error")
    if failure.expected or failure.got:
        yield Content("")
        yield from _compared(failure.expected, failure.got)
    if failure.hint:
        yield Content("")
        yield _labelled(text.LOOK_AT, prose(failure.hint))
    if failure.at is not None:
        yield Content("")
        place = f"{text.YOUR_LINE} {failure.at.line}"
        yield Content.assemble(
            Content.styled(f"{place}  ", "$text-muted"), Content(failure.at.text)
        )


def trace_lines(failure: Failure, *, unfolded: bool) -> Iterator[Content]:
    """The ways that an error took, the last call at the end; folded, how many there are."""
    # An answer that differs, or a stub: the way through the test tells nothing.
    calm = failure.expected or failure.error_type == "NotImplementedError"
    if len(failure.trace) < 2 or calm:
        return
    if not unfolded:
        yield Content.styled(text.traceback_folded(len(failure.trace)), "$text-muted")
        return
    yield Content("")
    yield Content.styled(text.TRACEBACK, "$text-muted")
    for frame in failure.trace:
        own = failure.at is not None and frame.cell_id == failure.at.cell_id
        place = frame.cell_id or frame.file
        words = f"  {place}:{frame.line}  {frame.function}"
        yield Content.styled(words, "" if own else "$text-muted")


def summary(result: CheckResult) -> str:
    """What a check of a module came to as a whole, and what there is to say of the notebook."""
    lines = list(result.notes)
    if result.exercise_id is None and result.verdicts:
        failing = [v for v in result.verdicts if v.status is not Status.PASSED]
        passed = len(result.verdicts) - len(failing)
        line = text.check_summary(passed, len(result.verdicts), result.seconds)
        if failing:
            line += text.failing([verdict.exercise_title for verdict in failing])
        elif not result.fault:
            line += text.MODULE_PASSED
        lines.insert(0, line)
    if result.recorded_at is not None:
        lines.append(text.recorded(result.recorded_at))
    return "\n".join(lines)


def run_line(state: ModuleState, run: Run, elapsed: float) -> Content:
    """What a run under way is doing, how far it is, and how to stop it."""
    if not run.kernel_ready:
        doing = text.STARTING_KERNEL
    elif run.current:
        doing = text.running_cell(state.title_of(run.current))
    else:
        doing = text.RUNNING
    total = len(run.tests) if run.kind is RunKind.MODULE else 0
    return Content.styled(text.running(doing, run.done, total, elapsed), "$text-accent")


def _compared(expected: str, got: str) -> Iterator[Content]:
    expected, got = _shapes_below(expected, got)
    difference = first_difference(expected, got) if expected and got else None
    at = (difference.line, difference.column) if difference else (-1, 0)
    for label, words, colour in (
        (text.EXPECTED, expected, "$text-success"),
        (text.GOT, got, "$text-error"),
    ):
        # Where an answer should have come and an error came, nothing stands beside it.
        for number, line in enumerate(words.split("\n") if words else ()):
            shown = Content(line)
            if number == at[0]:
                end = _token_end(line, at[1])
                shown = shown.stylize(f"bold underline {colour}", at[1], end)
            yield _labelled(label if not number else "", shown, colour)
            if label == text.GOT and number == at[0] and at[1]:
                pointer = " " * at[1] + "↑ " + text.FIRST_DIFFERENCE
                yield _labelled("", Content.styled(pointer, "$text-muted"))


def _shapes_below(expected: str, got: str) -> tuple[str, str]:
    """Shape and dtype on a line of their own, where a pane beside the lesson would tear them."""
    if max(len(expected), len(got)) <= _WIDEST:
        return expected, got
    return _SHAPE.sub(r"\n\1", expected), _SHAPE.sub(r"\n\1", got)


def _token_end(line: str, start: int) -> int:
    """The end of the word or number that begins at `start`."""
    match = re.compile(r"[\w.+-]+|.").match(line, start)
    return match.end() if match else len(line)


def _labelled(label: str, words: Content, colour: str = "$text-muted") -> Content:
    return Content.assemble(Content.styled(f"{label:<10}", colour), words)


def _indented(lines: Sequence[str]) -> list[Content]:
    return [Content(f"  {line}") for line in lines]
