"""`tinytutor report`: the cohort's metrics, with pictures."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import click

from tinytutor.cli.options import tutor_command
from tinytutor.cli.output import Tone
from tinytutor.cli.session import Session

_PLACE = click.Path(path_type=Path)


@tutor_command("report", json_result=True, short_help="A cohort's metrics as a page or JSON.")
@click.argument("bundles", nargs=-1, required=True, type=_PLACE, metavar="BUNDLE...")
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the page, one file without script or network.",
)
@click.option(
    "--compare", type=_PLACE, metavar="COHORT", help="Beside an earlier cohort: folder or bundles."
)
@click.option("--published", is_flag=True, help="For outside: groups under 10 and words withheld.")
def command(
    session: Session,
    bundles: tuple[Path, ...],
    html: Path | None,
    compare: Path | None,
    published: bool,
) -> None:
    """Tell who comes how far, how long it takes, where students fail, and what to mend first.

    Small groups are withheld. Without --html or --json the short form is printed.

    Example: tinytutor report autumn --html report.html
    """
    from tinytutor.cli.cohort_progress import opened_with_notes  # noqa: PLC0415
    from tinytutor.cohort.report.figures import gather  # noqa: PLC0415
    from tinytutor.cohort.report.to_json import report_document  # noqa: PLC0415

    if html is not None and html.exists() and html.suffix not in (".html", ".htm"):
        raise click.UsageError(
            f"{html} exists and is no .html file: name another file, so that nothing is lost."
        )
    with ExitStack() as stack:
        cohort = stack.enter_context(opened_with_notes(session, bundles))
        before = stack.enter_context(opened_with_notes(session, (compare,))) if compare else None
        figures = gather(cohort, before=before, published=published)
    if html is not None:
        from tinytutor.cohort.report.to_html import report_page  # noqa: PLC0415
        from tinytutor.files import write_whole  # noqa: PLC0415

        write_whole(html, report_page(figures))
        session.output.note(f"Written: {html}")
    if session.as_json:
        session.output.json(report_document(figures))
    elif html is None:
        from tinytutor.cli.cohort_table import table_lines  # noqa: PLC0415

        session.output.line((f"{figures.name}: {figures.students} students", Tone.STRONG))
        for line in table_lines(figures):
            session.output.line(*line)
