"""`tinytutor export`: completion stats of a workspace or of many bundles, for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tinytutor.cli.options import tutor_command
from tinytutor.cli.session import Session

if TYPE_CHECKING:
    from tinytutor.cohort.exports.exporting import Wishes
    from tinytutor.cohort.records.cohort import Cohort

FORMATS = ("csv", "json", "xlsx", "parquet", "canvas", "moodle", "nbgrader", "xapi")
_EXISTING_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@tutor_command("export", json_result=True, short_help="Figures as CSV, JSON, gradebooks and more.")
@click.argument("bundles", nargs=-1, type=click.Path(path_type=Path), metavar="[BUNDLE]...")
@click.option("--format", "kind", type=click.Choice(FORMATS), help="csv, unless --json is given.")
@click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write into FILE instead of stdout.",
)
@click.option("--student", default="", metavar="NAME", help="Your name, for the first column.")
@click.option("--bom", is_flag=True, help="CSV with a byte-order mark, for old spreadsheets.")
@click.option(
    "--pseudonyms", type=_EXISTING_FILE, metavar="KEY", help="Pseudonyms instead of students' ids."
)
@click.option("--roster", type=_EXISTING_FILE, metavar="CSV", help="Names and addresses.")
@click.option(
    "--points",
    type=click.FloatRange(min=0, min_open=True),
    default=100.0,
    help="Of a module where everything passes; 100.",
)
@click.option("--into", type=_EXISTING_FILE, metavar="CSV", help="Fill your own Canvas export.")
@click.option(
    "--assignment", "assignments", multiple=True, metavar="MODULE=ID", help="Canvas's id of it."
)
@click.option(
    "--graded",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="Scores from what `tinytutor grade` wrote there, not from the students' machines.",
)
@click.option("--domain", default="", metavar="NAME", help="Your institution's, for xAPI.")
def command(
    session: Session,
    bundles: tuple[Path, ...],
    kind: str | None,
    file: Path | None,
    student: str,
    bom: bool,
    pseudonyms: Path | None,
    roster: Path | None,
    points: float,
    into: Path | None,
    assignments: tuple[str, ...],
    graded: Path | None,
    domain: str,
) -> None:
    """Write one row per student and module: times, tests, attempts, errors, hints, confusion.

    Without BUNDLE it is this workspace, else any number of bundles, folders of bundles, or a
    cohort's folder. Nothing is sent anywhere.

    Example: tinytutor export --format csv -o progress.csv
    """
    if session.as_json and kind not in (None, "json"):
        raise click.UsageError(f"--json and --format {kind} exclude each other.")
    kind = kind or ("json" if session.as_json else "csv")
    _require_right_suffix(file, kind)
    if not bundles and kind in ("csv", "json"):
        content = _own_figures(session, kind, student, bom=bom)
    else:
        from tinytutor.cohort.exports.exporting import export  # noqa: PLC0415

        wishes = _wishes(
            session, kind, bom, pseudonyms, roster, points, into, assignments, graded, domain
        )
        with _cohort(session, bundles, student) as cohort:
            exported = export(cohort, kind, wishes)
        for note in exported.notes:
            session.output.note(note)
        content = exported.content
    if file is None:
        if kind in ("xlsx", "parquet") and session.output.on_terminal:
            raise click.UsageError(f"--format {kind} is not for a terminal: add -o FILE.")
        session.output.content(content)
        return
    from tinytutor.files import write_whole_bytes  # noqa: PLC0415

    write_whole_bytes(file, content)
    session.output.note(f"Written: {file}")


def _require_right_suffix(file: Path | None, kind: str) -> None:
    suffix = {"canvas": ".csv", "moodle": ".csv", "nbgrader": ".csv", "xapi": ".jsonl"}.get(
        kind, f".{kind}"
    )
    if file is not None and file.exists() and file.suffix != suffix:
        raise click.UsageError(
            f"{file} exists and is no {suffix} file: name another file, so that nothing is lost."
        )


def _own_figures(session: Session, kind: str, student: str, *, bom: bool) -> bytes:
    """The figures of this workspace, which need no database."""
    from tinytutor.progress.exporting import (  # noqa: PLC0415  csv and json, 5 ms
        metrics_document,
        table_rows,
        to_csv,
        to_json,
    )

    if kind == "json":
        document = metrics_document(session.course, session.tutor.events(), student or None)
        return to_json(document).encode("utf-8")
    return to_csv(table_rows(session.tutor.metrics(), student), byte_order_mark=bom)


@contextmanager
def _cohort(session: Session, bundles: tuple[Path, ...], student: str) -> Iterator[Cohort]:
    """The bundles as a cohort, or this workspace as a cohort of one."""
    import tempfile  # noqa: PLC0415

    from tinytutor.cli.cohort_progress import opened_with_notes  # noqa: PLC0415

    if bundles:
        with opened_with_notes(session, bundles) as cohort:
            yield cohort
        return
    from tinytutor.cohort.consent import Consent, load_consent  # noqa: PLC0415
    from tinytutor.cohort.submitting import submit  # noqa: PLC0415

    workspace = session.workspace
    name = student or load_consent(workspace.state_folder).student or "me"
    with tempfile.TemporaryDirectory(prefix="tinytutor-export-") as folder:
        bundle = Path(folder) / "mine.zip"
        submit(workspace, session.tutor.events(), Consent(name, share_texts=True), bundle)
        with opened_with_notes(session, (bundle,)) as cohort:
            yield cohort


def _wishes(
    session: Session,
    kind: str,
    bom: bool,
    pseudonyms: Path | None,
    roster: Path | None,
    points: float,
    into: Path | None,
    assignments: tuple[str, ...],
    graded: Path | None,
    domain: str,
) -> Wishes:
    from tinytutor.cli.choosing_names import assignment_ids, naming_by, xapi_domain  # noqa: PLC0415
    from tinytutor.cohort.exports.exporting import GRADEBOOKS, Wishes  # noqa: PLC0415
    from tinytutor.cohort.exports.roster import read_roster  # noqa: PLC0415

    if kind in GRADEBOOKS and pseudonyms:
        raise click.UsageError(f"--format {kind} needs the students' ids: leave --pseudonyms out.")
    if into is not None and kind != "canvas":
        raise click.UsageError("--into is for --format canvas.")
    if kind == "xapi":
        domain = xapi_domain(domain)
        if pseudonyms is None:
            raise click.UsageError(
                "--format xapi needs --pseudonyms KEY: `tinytutor privacy key KEY` makes one."
            )
    points_of = None
    if graded is not None:
        from tinytutor.cohort.batch.journal import read_journal  # noqa: PLC0415
        from tinytutor.cohort.batch.results import points_by_student  # noqa: PLC0415

        points_of = points_by_student(read_journal(graded))
    return Wishes(
        naming=naming_by(pseudonyms, session.course.id),
        byte_order_mark=bom,
        points=points,
        people=read_roster(roster) if roster else {},
        assignments=assignment_ids(session.course, assignments),
        into=into,
        graded=points_of,
        domain=domain,
    )
