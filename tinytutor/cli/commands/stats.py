"""`tinytutor stats`: the student's own metrics."""

from __future__ import annotations

from tinytutor.cli.options import tutor_command
from tinytutor.cli.session import Session


@tutor_command("stats", json_result=True, short_help="Your time, tests, attempts and errors.")
def command(session: Session) -> None:
    """Show time, tests, attempts, errors, hints and confusion reports of each module you started.

    Active time pauses when you do nothing; elapsed time is by the calendar. Both end with the
    first pass. The pass rate counts every test of every check.

    Example: tinytutor stats
    """
    if session.as_json:
        from tinytutor.progress.exporting import metrics_document  # noqa: PLC0415

        session.output.json(metrics_document(session.course, session.tutor.events()))
        return
    from tinytutor.cli.stats_table import table_lines  # noqa: PLC0415
    from tinytutor.tutor.estimates import hours_left  # noqa: PLC0415

    for line in table_lines(session.tutor.metrics(), session.course):
        session.output.line(*line)
    left = hours_left(session.tutor.overview())
    if left:
        session.output.line(f"Left: about {left:.0f} h at your pace")
