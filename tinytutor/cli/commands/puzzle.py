"""`tinytutor puzzle`: the lines of a solution, to be put in order."""

from __future__ import annotations

import click

from tinytutor.cli.exit_codes import ExitCode
from tinytutor.cli.options import module_argument, tutor_command
from tinytutor.cli.output import Tone
from tinytutor.cli.session import Session


@tutor_command("puzzle", short_help="Put the lines of a solution in order.")
@module_argument()
@click.argument("exercise")
@click.argument("order", nargs=-1, type=int, metavar="[LINE]...")
def command(session: Session, module: str, exercise: str, order: tuple[int, ...]) -> ExitCode:
    """Show the lines of EXERCISE's core, out of order and with some too many.

    With the numbers of lines behind it, it tells whether that is their order. Not every exercise
    has a puzzle.

    Example: tinytutor puzzle 06 gradients 3 1 2
    """
    from tinytutor.cli.choosing import exercise_of  # noqa: PLC0415

    output, chosen = session.output, session.module(module)
    target = exercise_of(session.tutor.lesson(chosen.id), exercise)
    puzzle = session.tutor.practice.puzzle(chosen.id, target.id)
    if puzzle is None:
        output.line(f"{target.id} has no puzzle.")
        output.note(f"Help: tinytutor hint {chosen.number:02d} {target.id}")
        return ExitCode.OK
    pieces = puzzle.pieces
    if not order:
        for number, piece in enumerate(pieces, 1):
            output.line((f"{number:3}  ", Tone.ACCENT), piece)
        output.note(
            f"{len(puzzle.solution)} of these belong into the answer. Then: tinytutor puzzle "
            f"{chosen.number:02d} {target.id} and their numbers in order"
        )
        return ExitCode.OK
    unknown = [number for number in order if not 1 <= number <= len(pieces)]
    if unknown:
        raise click.UsageError(f"there is no line {unknown[0]}: they go from 1 to {len(pieces)}.")
    lines = [pieces[number - 1] for number in order]
    wrong = session.tutor.practice.try_puzzle(chosen.id, puzzle, lines)
    for place, line in enumerate(lines):
        here = ("  <- not this one here", Tone.BAD) if place == wrong else ""
        output.line(f"     {line}", here)
    if wrong is None:
        output.line(("That is the order. ", Tone.GOOD), "Now write it in your notebook.")
        return ExitCode.OK
    if wrong == len(lines):
        output.line((f"Right so far; {len(puzzle.solution)} lines are needed.", Tone.WARN))
    return ExitCode.TESTS_FAILED
