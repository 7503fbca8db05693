"""`tinytutor submit`: writes the bundle that a student hands in."""

from __future__ import annotations

from pathlib import Path

import click

from tinytutor.cli.options import tutor_command
from tinytutor.cli.output import Tone
from tinytutor.cli.session import Session


@tutor_command("submit", json_result=True, short_help="Write the bundle that you hand in.")
@click.option("--student", metavar="NAME", help="Your id or pseudonym; kept for the next time.")
@click.option(
    "--with-texts/--without-texts",
    "with_texts",
    default=None,
    help="Whether the words of your confusion reports and test messages go along; kept, too.",
)
@click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write into FILE instead of the workspace's folder `submissions`.",
)
def command(
    session: Session, student: str | None, with_texts: bool | None, file: Path | None
) -> None:
    """Write one zip file with your notebooks and the record of your progress.

    Nothing is sent: you hand the file in yourself. Outputs of cells stay at home, and your words
    unless you say otherwise. `tinytutor privacy show` tells all that is recorded.

    Example: tinytutor submit --student s1234567
    """
    from tinytutor.cohort.submitting import chosen_consent, submit  # noqa: PLC0415

    if file is not None and file.exists() and file.suffix != ".zip":
        raise click.UsageError(
            f"{file} exists and is no .zip file: name another file, so that nothing is lost."
        )
    workspace = session.workspace
    consent = chosen_consent(workspace, student, with_texts)
    done = submit(workspace, session.tutor.events(), consent, file)
    manifest = done.contents.manifest
    for problem in done.skipped:
        session.output.note(f"not handed in: {problem}")
    if session.as_json:
        session.output.json(
            {
                "bundle": str(done.path),
                "student": manifest.student,
                "events": manifest.events.count,
                "notebooks": [entry.module for entry in manifest.notebooks],
                "with_texts": manifest.has_texts,
                "bytes": done.path.stat().st_size,
                "left_out": done.contents.left_out,
                "skipped": list(done.skipped),
            }
        )
        return
    session.output.line((str(done.path), Tone.STRONG))
    words = "with" if manifest.has_texts else "without"
    session.output.note(
        f"{_counted(len(manifest.notebooks), 'notebook')} and "
        f"{_counted(manifest.events.count, 'event')} as "
        f"{manifest.student}, {words} your words; {done.path.stat().st_size / 1024:.0f} KiB. "
        f"Hand this file in; `tinytutor submit` again makes a newer one in its place."
    )


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"
