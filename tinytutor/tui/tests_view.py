"""What stands in the tests pane, as styled text from the module's state. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from tinytutor.notebooks.lesson import Exercise
from tinytutor.tui import glyphs, text
from tinytutor.tui.module_state import ModuleState
from tinytutor.tui.prose import prose
from tinytutor.tui.result_content import status_line, verdict_content
from tinytutor.tui.runs import RunKind

_WORDS_WIDTH = 2 + max(map(len, text.TEST_WORDS.values()))


def chip(state: ModuleState, index: int) -> Content:
    """One exercise in the strip of tests: its symbol and number."""
    status = state.status(state.lesson.exercises[index])
    label = f" {glyphs.TEST[status]} {index + 1} "
    chosen = index == state.exercise_index
    return Content.styled(label, f"{glyphs.TEST_COLOUR[status]}{' reverse' if chosen else ''}")


def body(state: ModuleState, now: float = 0.0) -> Content:
    """The result of the exercise in the editor, its hints, and what the last run came to.

    Args:
        state: of the module.
        now: monotonic time, for the test that runs.
    """
    return Content("\n").join(_lines(state, now))


def _lines(state: ModuleState, now: float) -> Iterator[Content]:
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
    if state.run is not None and state.run.kind is RunKind.MODULE:
        yield from _list(state, now)
        return
    verdict = state.current if state.run is None else None
    passed = verdict is not None and verdict.status == "passed"
    if verdict is None:
        yield status_line(state.status(exercise), exercise.title)
        if state.run is None:
            yield Content.styled(text.NOT_RUN_HINT, "$text-muted")
    else:
        yield verdict_content(verdict, exercise.title, unfolded=state.unfolded)
        yield Content("")
        yield Content.styled(_next_step(state, passed), "$text-muted")
    for hint in state.hints.get(exercise.id, ()):
        last = hint.step == hint.total
        label = text.LAST_HINT if last else f"{text.HINT} {hint.step}"
        yield Content("")
        yield Content.styled(label, "bold $text-accent")
        yield prose(hint.text)
    if state.said and len(state.verdicts) > 1:
        yield Content("")
        yield from _list(state, now)


def _list(state: ModuleState, now: float) -> Iterator[Content]:
    """All tests with their states and times; the one that runs counts up."""
    width = max(len(exercise.title) for exercise in state.lesson.exercises)
    for exercise in state.lesson.exercises:
        status = state.status(exercise)
        colour = glyphs.TEST_COLOUR[status]
        seconds = _seconds(state, exercise, now)
        yield Content.assemble(
            (f"{glyphs.TEST[status]} ", f"bold {colour}"),
            (f"{exercise.number:2}  ", "$text-muted"),
            f"{exercise.title:<{width}}  ",
            (f"{text.TEST_WORDS[status]:<{_WORDS_WIDTH}}", colour),
            ("" if seconds is None else text.seconds(seconds), "$text-muted"),
        )


def _seconds(state: ModuleState, exercise: Exercise, now: float) -> float | None:
    run = state.run
    if run is not None:
        if run.current == exercise.test.id and exercise.test.id not in run.seconds:
            return max(0.0, now - run.current_since)
        return run.seconds.get(exercise.test.id)
    verdict = state.verdicts.get(exercise.id)
    return verdict.seconds if verdict else None


def _next_step(state: ModuleState, passed: bool) -> str:
    if not passed:
        ways = [text.NEXT_AFTER_FAIL]
        if state.offers_puzzle:
            ways.append(text.OR_PUZZLE)
        if state.has_earlier:
            ways.append(text.OR_BLAME)
        return " ".join(ways)
    everything = all(state.status(e) == "passed" for e in state.lesson.exercises)
    if everything and state.said:
        return text.NEXT_AFTER_MODULE
    last = state.exercise_index == len(state.lesson.exercises) - 1
    return text.NEXT_AFTER_LAST_PASS if everything or last else text.NEXT_AFTER_PASS
