"""`tinytutor send`: learning records to a learning record store."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from tinytutor.cli.exit_codes import ExitCode
from tinytutor.cli.options import tutor_command
from tinytutor.cli.session import Session

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@tutor_command("send", json_result=True, short_help="Learning records to a store (xAPI).")
@click.argument(
    "bundles", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="BUNDLE..."
)
@click.option("--lrs", required=True, metavar="URL", help="The store, before `/statements`.")
@click.option("--auth", required=True, type=_FILE, metavar="FILE", help="Holds NAME:PASSWORD.")
@click.option("--pseudonyms", required=True, type=_FILE, metavar="KEY", help="Your key's file.")
@click.option("--domain", required=True, metavar="NAME", help="Of your institution.")
@click.option(
    "--position",
    "position_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="How far it came; else a file in the cohort's folder.",
)
def command(
    session: Session,
    bundles: tuple[Path, ...],
    lrs: str,
    auth: Path,
    pseudonyms: Path,
    domain: str,
    position_file: Path | None,
) -> ExitCode:
    """Send xAPI 1.0.3 statements, under pseudonyms. Sending again stores nothing twice.

    What is cut off goes on with the same command. A statement that the store refuses is told, the
    others go on. Exit code 1: some were refused.

    Example: tinytutor send autumn --lrs https://lrs.example.edu/xAPI --auth lrs.txt ...
    """
    from tinytutor.cli.choosing_names import naming_by, xapi_domain  # noqa: PLC0415
    from tinytutor.cli.cohort_progress import opened_with_notes  # noqa: PLC0415
    from tinytutor.cohort.exports.statements import Speaker, statements  # noqa: PLC0415
    from tinytutor.cohort.lrs.sending import (  # noqa: PLC0415
        Position,
        Store,
        read_auth,
        require_safe,
        send,
    )

    require_safe(lrs)
    speaker = Speaker(xapi_domain(domain), naming_by(pseudonyms, session.course.id))
    store = Store(lrs, *read_auth(auth))
    with opened_with_notes(session, bundles) as cohort:
        words = [cohort.about.made_at, store.url, speaker.root, speaker.naming("")]
        what = hashlib.sha256("\0".join(words).encode()).hexdigest()
        position = Position(position_file or cohort.folder / "sent.json", what)
        sent = send(
            statements(cohort, speaker),
            store,
            position,
            on_progress=lambda done: session.output.status(f"{done} statements sent"),
        )
    session.output.clear_status()
    for refused in sent.refused[:20]:
        session.output.note(f"refused: {refused.statement_id}: {refused.reason}")
    if session.as_json:
        session.output.json(
            {
                "accepted": sent.accepted,
                "skipped": sent.skipped,
                "refused": [{"id": r.statement_id, "reason": r.reason} for r in sent.refused],
            }
        )
    else:
        before = f", {sent.skipped} before" if sent.skipped else ""
        session.output.line(f"{sent.accepted} statements accepted{before}.")
        if sent.refused:
            session.output.line(f"{len(sent.refused)} were refused.")
    return ExitCode.TESTS_FAILED if sent.refused else ExitCode.OK
