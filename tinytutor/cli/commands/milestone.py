"""`tinytutor milestone`: what your own library can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tinytutor.cli.exit_codes import ExitCode
from tinytutor.cli.options import tutor_command
from tinytutor.cli.output import Tone
from tinytutor.cli.session import Session
from tinytutor.running.events import CellOutput, RunEvent

if TYPE_CHECKING:
    from tinytutor.tutor.milestones import MilestoneView


@tutor_command("milestone", json_result=True, short_help="See what your library can do.")
@click.argument("milestone", metavar="[MILESTONE]", required=False)
@click.option("--seed", type=click.IntRange(min=0), default=0, help="Other seed, other numbers.")
def command(session: Session, milestone: str | None, seed: int) -> ExitCode:
    """Run MILESTONE with your own library; without a name, list the milestones.

    Whether the gate is reached is decided by what your network gets right, never by the clock.

    Example: tinytutor milestone xor --seed 3
    """
    from tinytutor.cli.glyphs import symbol_of  # noqa: PLC0415
    from tinytutor.running.verdicts import Status  # noqa: PLC0415
    from tinytutor.tutor.milestones import in_words  # noqa: PLC0415

    if milestone is None:
        views = session.tutor.milestones()
        if session.as_json:
            session.output.json({"milestones": [_plain(view) for view in views]})
        else:
            for view in views:
                _list(session, view)
        return ExitCode.OK

    def show(event: RunEvent) -> None:
        if isinstance(event, CellOutput) and event.mime == "text/plain" and not session.as_json:
            for line in event.data.rstrip("\n").split("\n"):
                session.output.line(line)

    result = session.run(session.tutor.runs.milestone(milestone, seed=seed, on_event=show))
    if session.as_json:
        session.output.json(
            {
                "milestone": result.milestone_id,
                "seed": result.seed,
                "reached": result.reached,
                "message": result.message,
                "figures": dict(result.figures),
                "seconds": result.seconds,
            }
        )
    elif result.reached:
        figures = in_words(result.figures)
        mark = symbol_of(Status.PASSED, unicode=session.output.unicode)
        session.output.line(
            (f"{mark} reached", Tone.GOOD), f" in {result.seconds:.1f} s: {figures}"
        )
    else:
        mark = symbol_of(Status.FAILED, unicode=session.output.unicode)
        session.output.line((f"{mark} not reached", Tone.BAD), f": {result.message}")
        session.output.line("Next: `tinytutor check` what it uses, or try another --seed")
    return ExitCode.OK if result.reached else ExitCode.TESTS_FAILED


def _list(session: Session, view: MilestoneView) -> None:
    from tinytutor.tutor.milestones import in_words  # noqa: PLC0415

    if view.reached:
        state, tone = "reached", Tone.GOOD
    elif view.missing:
        state, tone = f"needs {', '.join(view.missing)}", Tone.QUIET
    else:
        state, tone = f"ready: tinytutor milestone {view.milestone.id}", Tone.ACCENT
    session.output.line((f"{view.milestone.id:<20}", Tone.STRONG), view.milestone.title)
    session.output.line(f"  gate: {view.milestone.gate}")
    session.output.line("  ", (state, tone))
    if view.figures:
        figures = in_words(view.figures)
        session.output.line(f"  measured: {figures}")


def _plain(view: MilestoneView) -> dict[str, object]:
    return {
        "id": view.milestone.id,
        "title": view.milestone.title,
        "gate": view.milestone.gate,
        "requires": list(view.milestone.requires),
        "missing": list(view.missing),
        "reached": view.reached,
        "figures": dict(view.figures),
    }
