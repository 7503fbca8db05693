"""`tinytutor export`: completion stats of this workspace for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from tinytutor.cli.options import tutor_command
from tinytutor.cli.session import Session


@tutor_command("export", json_result=True, short_help="Your figures as CSV or JSON.")
@click.option(
    "--format", "kind", type=click.Choice(["csv", "json"]), help="csv, unless --json is given."
)
@click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write into FILE instead of stdout.",
)
@click.option("--student", default="", metavar="NAME", help="For the table's first column.")
@click.option("--bom", is_flag=True, help="CSV with a byte-order mark, for old spreadsheets.")
def command(session: Session, kind: str | None, file: Path | None, student: str, bom: bool) -> None:
    """Write one row per module: times, tests, attempts, errors, hints, confusion reports.

    Nothing is sent anywhere, and your name is not in it unless you give one.

    Example: tinytutor export --format csv -o progress.csv
    """
    from tinytutor.progress.exporting import (  # noqa: PLC0415  csv and json, 5 ms
        metrics_document,
        table_rows,
        to_csv,
        to_json,
    )

    if session.as_json and kind == "csv":
        raise click.UsageError("--json and --format csv exclude each other.")
    kind = kind or ("json" if session.as_json else "csv")
    if file is not None and file.exists() and file.suffix != f".{kind}":
        raise click.UsageError(
            f"{file} exists and is no .{kind} file: name another file, so that nothing is lost."
        )
    if kind == "json":
        document = metrics_document(session.course, session.tutor.events(), student or None)
        content = to_json(document).encode("utf-8")
    else:
        rows = table_rows(session.tutor.metrics(), student)
        content = to_csv(rows, byte_order_mark=bom)
    if file is None:
        session.output.content(content)
        return
    from tinytutor.files import write_whole  # noqa: PLC0415

    write_whole(file, content.decode("utf-8"))
    session.output.note(f"Written: {file}")
