"""Says what came of a check: pure functions from its result to lines, JSON and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tinytutor.cli.exit_codes import ExitCode
from tinytutor.cli.glyphs import symbol_of, tone_of, word_of
from tinytutor.cli.output import Piece, Tone
from tinytutor.curriculum import Course
from tinytutor.running.verdicts import Status, Verdict

if TYPE_CHECKING:
    from tinytutor.tutor.results import CheckResult

Line = tuple[Piece, ...]
"""One line of a report."""

_OUTPUT_LINES = 12
"""Of what a failing test printed: the last lines tell most."""


def report_lines(
    result: CheckResult, course: Course, next_id: str | None = None, *, unicode: bool
) -> Iterator[Line]:
    """The whole report for a person, the next step last.

    Args:
        result: of the check.
        course: for names.
        next_id: the module to go on with where the check unlocked none.
        unicode: whether symbols may be drawn.
    """
    module = course.module(result.module_id)
    yield ((module.label, Tone.STRONG),)
    yield ()
    widest = max((len(verdict.exercise_id) for verdict in result.verdicts), default=0)
    for verdict in result.verdicts:
        yield from _verdict_lines(verdict, widest, unicode=unicode)
    if result.verdicts:
        yield ()
    for note in result.notes:
        yield (("note: ", Tone.WARN), note)
    yield from _outcome_lines(result, course)
    yield (("Next: ", Tone.QUIET), (next_step(result, course, next_id), Tone.STRONG))


def exit_code_of(result: CheckResult) -> ExitCode:
    """How a check ends the program."""
    if result.fault:
        return ExitCode.ENVIRONMENT_BROKEN
    if result.passed:
        return ExitCode.OK
    if any(verdict.status is Status.TIMED_OUT for verdict in result.verdicts):
        return ExitCode.TIMED_OUT
    return ExitCode.TESTS_FAILED


def check_json(result: CheckResult) -> dict[str, Any]:
    """The result for a program."""
    return {
        "module": result.module_id,
        "passed": result.passed,
        "tests": [
            {
                "id": verdict.test_id,
                "exercise": verdict.exercise_id,
                "points": verdict.points,
                "status": verdict.status.value,
                "message": verdict.message,
                "seconds": round(verdict.seconds, 6),
            }
            for verdict in result.verdicts
        ],
        "unlocked": list(result.newly_unlocked),
        "seconds": round(result.seconds, 6),
        "notebook_sha256": result.notebook_sha256,
        "recorded_at": result.recorded_at,
    }


def _verdict_lines(verdict: Verdict, widest: int, *, unicode: bool) -> Iterator[Line]:
    tone = tone_of(verdict.status)
    mark = symbol_of(verdict.status, unicode=unicode)
    yield (
        (f"  {mark} {word_of(verdict.status):<11}", tone),
        f" {verdict.exercise_id:<{widest}}",
        (f"  {verdict.exercise_title}", Tone.QUIET),
    )
    failure = verdict.failure
    if failure is None:
        return
    indent = " " * 6
    for line in failure.headline.splitlines():
        yield (indent, line)
    for label, text in (
        ("expected", failure.expected),
        ("got", failure.got),
        ("look at", failure.hint),
    ):
        for number, line in enumerate(text.splitlines()):
            yield (f"{indent}  ", (f"{'' if number else label:<9} ", Tone.QUIET), line)
    if failure.at is not None:
        where = (
            "a cell of your own" if failure.at.cell_id.startswith("own-") else failure.at.cell_id
        )
        yield (
            f"{indent}  ",
            (f"your line {failure.at.line} in {where}: ", Tone.QUIET),
            (failure.at.text, Tone.ACCENT),
        )
    yield from _printed_lines(verdict.output, indent)


def _printed_lines(output: str, indent: str) -> Iterator[Line]:
    printed = output.splitlines()
    if not printed:
        return
    yield (f"{indent}  ", ("it printed:", Tone.QUIET))
    cut = len(printed) - _OUTPUT_LINES
    if cut > 0:
        yield (f"{indent}    ", (f"({cut} lines before)", Tone.QUIET))
    for line in printed[-_OUTPUT_LINES:]:
        yield (f"{indent}    ", line)


def _outcome_lines(result: CheckResult, course: Course) -> Iterator[Line]:
    if result.fault:
        yield (("The check could not do its work: ", Tone.BAD), result.fault)
        return
    passed = sum(verdict.status is Status.PASSED for verdict in result.verdicts)
    counted = f"{passed} of {len(result.verdicts)} tests passed in {result.seconds:.1f} s."
    if result.recorded_at is not None:
        counted = f"{passed} of {len(result.verdicts)} tests passed."
        when = result.recorded_at[:16].replace("T", " ")
        yield (
            (f"Nothing has changed since this ran at {when} UTC: ", Tone.QUIET),
            "the verdict is that run's. `--fresh` runs it again.",
        )
    if not result.passed:
        yield ((counted, Tone.STRONG),)
        return
    if result.exercise_id is not None:
        yield ((counted, Tone.GOOD),)
        return
    title = course.module(result.module_id).title
    yield ((f"{title} passed: ", Tone.GOOD), counted)
    if result.library_file is not None:
        yield (f"Your library has it now: {result.library_file}",)
    if result.newly_unlocked:
        yield ("Unlocked: ", (", ".join(_named(course, result.newly_unlocked)), Tone.ACCENT))


def next_step(result: CheckResult, course: Course, next_id: str | None = None) -> str:
    """The command to go on with."""
    number = f"{course.module(result.module_id).number:02d}"
    if result.fault:
        return "tinytutor doctor"
    if not result.passed:
        first = next(
            (v for v in result.verdicts if v.status not in (Status.PASSED, Status.NOT_REACHED)),
            next((v for v in result.verdicts if v.status is not Status.PASSED), None),
        )
        return f"tinytutor hint {number} {first.exercise_id}" if first else "tinytutor doctor"
    if result.exercise_id is not None:
        return f"tinytutor check {number}"
    following = next(iter(result.newly_unlocked), next_id)
    if following is None:
        return "tinytutor map"
    return f"tinytutor start {course.module(following).number:02d}"


def _named(course: Course, module_ids: tuple[str, ...]) -> list[str]:
    modules = (course.module(module_id) for module_id in module_ids)
    return [module.label for module in modules]
