"""`tinytutor experiment`: predict, then see what is measured."""

from __future__ import annotations

import click

from tinytutor.cli.exit_codes import ExitCode
from tinytutor.cli.options import module_argument, tutor_command
from tinytutor.cli.output import Tone
from tinytutor.cli.session import Session
from tinytutor.running.events import CellOutput, RunEvent


@tutor_command("experiment", short_help="Predict, then see what is measured.")
@module_argument()
@click.argument("number", required=False, type=click.IntRange(min=1))
@click.option("-m", "--message", metavar="TEXT", help="Your prediction; else it is asked for.")
def command(session: Session, module: str, number: int | None, message: str | None) -> ExitCode:
    """Run an experiment of MODULE with your code; first it asks what you expect.

    Without NUMBER it lists the experiments. The prediction is kept beside what came; an empty
    line means none.

    Example: tinytutor experiment 02 1 -m "ten times as long"
    """
    from tinytutor.cli.plain_text import markdown_lines  # noqa: PLC0415
    from tinytutor.notebooks.lesson import CellKind  # noqa: PLC0415

    output, chosen = session.output, session.module(module)
    lesson = session.tutor.lesson(chosen.id)
    cells = list(lesson.of_kind(CellKind.EXPERIMENT))
    prompts = {p.experiment_id: p for p in session.tutor.practice.prompts(chosen.id)}
    if number is None:
        for place, cell in enumerate(cells, 1):
            asks = prompts.get(cell.id)
            first = next(iter(markdown_lines(asks.words)), "") if asks else cell.source[:70]
            output.line((f"{place:3}  ", Tone.ACCENT), first.splitlines()[0])
        output.note(f"Run one: tinytutor experiment {chosen.number:02d} NUMBER")
        return ExitCode.OK
    if number > len(cells):
        raise click.UsageError(f"{chosen.id} has {len(cells)} experiments, no {number}.")
    cell = cells[number - 1]
    prompt = prompts.get(cell.id)
    guess = message
    if prompt is not None:
        for line in markdown_lines(prompt.words, min(output.width, 100)):
            output.line(line)
        if guess is None:
            guess = output.ask("Your prediction:")
        if guess:
            session.tutor.practice.predict(chosen.id, prompt.cell_id, guess)

    def show(event: RunEvent) -> None:
        if isinstance(event, CellOutput) and event.cell_id == cell.id:
            text = event.data if event.mime == "text/plain" else "[a picture]"
            for line in text.rstrip("\n").split("\n"):
                output.line(line)

    problem = session.run(session.tutor.runs.experiment(chosen.id, cell.id, on_event=show))
    if problem:
        output.line((problem, Tone.BAD))
        return ExitCode.TESTS_FAILED
    if guess:
        output.line(("You predicted: ", Tone.QUIET), guess)
    return ExitCode.OK
