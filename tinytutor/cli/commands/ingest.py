"""`tinytutor ingest`: makes a cohort's folder from bundles."""

from __future__ import annotations

from pathlib import Path

import click

from tinytutor.cli.options import tutor_command
from tinytutor.cli.output import Tone
from tinytutor.cli.session import Session


@tutor_command("ingest", json_result=True, short_help="Bundles into a cohort's folder.")
@click.argument(
    "bundles", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="BUNDLE..."
)
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="A new folder, for Parquet files and the list of what became of each bundle.",
)
@click.option("--name", default="", help="Of the cohort, for reports; else the folder's.")
def command(session: Session, bundles: tuple[Path, ...], folder: Path, name: str) -> None:
    """Read bundles once, so that export, report and send are quick afterwards.

    BUNDLE is a file or a folder of files. A bundle that is damaged or hostile costs itself alone.

    Example: tinytutor ingest submissions/ -o autumn
    """
    from tinytutor.cli.cohort_progress import RateLine, tell_receipts  # noqa: PLC0415
    from tinytutor.cohort.records.ingest import ingest  # noqa: PLC0415
    from tinytutor.cohort.sources import received  # noqa: PLC0415

    inbox = received(bundles, session.course)
    progress = RateLine(session.output, "bundles")
    receipts = ingest(inbox, session.course, folder, name=name, on_progress=progress.show)
    session.output.clear_status()
    counts = {kind: sum(r.taken.value == kind for r in receipts) for kind in _KINDS}
    events = sum(receipt.events for receipt in receipts)
    students = len({receipt.student for receipt in receipts if receipt.events})
    if session.as_json:
        session.output.json(
            {
                "cohort": str(folder),
                "students": students,
                "events": events,
                "bundles": counts,
                "lines_rejected": sum(receipt.rejected for receipt in receipts),
                "duplicate_events": sum(receipt.duplicates for receipt in receipts),
            }
        )
        return
    tell_receipts(session.output, receipts)
    session.output.line((str(folder), Tone.STRONG), f": {students} students, {events} events")
    words = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    session.output.line(f"bundles: {words}; bundles.jsonl in the folder tells of each")


_KINDS = ("whole", "partly", "duplicate", "refused")
