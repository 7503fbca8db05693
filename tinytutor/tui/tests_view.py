"""What stands in the tests pane, as styled text from the module's state. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from tinytutor.tui import glyphs, text
from tinytutor.tui.module_state import ModuleState
from tinytutor.tui.result_content import prose, status_line, verdict_content


def chip(state: ModuleState, index: int) -> Content:
    """One exercise in the strip of tests: its symbol and number."""
    status = state.status(state.lesson.exercises[index])
    label = f" {glyphs.TEST[status]} {index + 1} "
    chosen = index == state.exercise_index
    return Content.styled(label, f"{glyphs.TEST_COLOUR[status]}{' reverse' if chosen else ''}")


def body(state: ModuleState) -> Content:
    """The result of the exercise in the editor, its hints, and what the last run came to."""
    return Content("\n").join(_lines(state))


def _lines(state: ModuleState) -> Iterator[Content]:
    exercise = state.exercise
    if exercise is None:
        yield Content.styled(text.NO_EXERCISES, "$text-muted")
        return
    if state.problem:
        yield prose(state.problem, "$text-warning")
        yield Content("")
    if state.said:
        yield prose(state.said)
        yield Content("")
    verdict = state.current if state.run is None else None
    status = state.status(exercise)
    if verdict is None:
        yield status_line(status, exercise.title)
        if state.run is None:
            yield Content.styled(text.NOT_RUN_HINT, "$text-muted")
    else:
        yield verdict_content(verdict, exercise.title)
    if verdict is not None:
        yield Content("")
        yield Content.styled(_next_step(state, verdict.status == "passed"), "$text-muted")
    for hint in state.hints.get(exercise.id, ()):
        last = hint.step == hint.total
        label = text.LAST_HINT if last else f"{text.HINT} {hint.step}"
        yield Content("")
        yield Content.styled(label, "bold $text-accent")
        yield prose(hint.text)


def _next_step(state: ModuleState, passed: bool) -> str:
    if not passed:
        return text.NEXT_AFTER_FAIL
    everything = all(state.status(e) == "passed" for e in state.lesson.exercises)
    if everything and state.said:
        return text.NEXT_AFTER_MODULE
    last = state.exercise_index == len(state.lesson.exercises) - 1
    return text.NEXT_AFTER_LAST_PASS if everything or last else text.NEXT_AFTER_PASS
