"""`tinytutor doctor`: what is wrong with this machine, and the command that mends it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tinytutor.cli.exit_codes import ExitCode
from tinytutor.cli.options import tutor_command
from tinytutor.cli.output import Tone
from tinytutor.cli.session import Session

if TYPE_CHECKING:
    from tinytutor.cli.diagnosis import Finding

_TONES = {"ok": Tone.GOOD, "warn": Tone.WARN, "fail": Tone.BAD}


@tutor_command("doctor", json_result=True, short_help="What is wrong here, and what mends it.")
@click.option("--recover", is_flag=True, help="Save what a damaged record of progress still holds.")
def command(session: Session, recover: bool) -> ExitCode:
    """Look at Python, packages, kernel, sandbox, workspace, disk, record, terminal and course.

    Each line is ok, warn or fail, with the command that mends it. A fail gives exit code 6.

    Example: tinytutor doctor
    """
    if recover:
        return _recover(session)
    findings = []
    for finding in _findings(session):
        findings.append(finding)
        if not session.as_json:
            session.output.line(
                (f"{finding.level.value:<4} ", _TONES[finding.level.value]),
                (f"{finding.id:<9} ", Tone.STRONG),
                finding.message,
            )
            if finding.mend:
                session.output.line(" " * 15, ("mend: ", Tone.QUIET), (finding.mend, Tone.ACCENT))
    failed = any(finding.level.value == "fail" for finding in findings)
    if session.as_json:
        checks = [
            {"id": f.id, "level": f.level.value, "message": f.message, "mend": f.mend or None}
            for f in findings
        ]
        session.output.json({"ok": not failed, "checks": checks})
    return ExitCode.ENVIRONMENT_BROKEN if failed else ExitCode.OK


def _findings(session: Session) -> Iterator[Finding]:
    """Every check goes on after another has failed: one visit should tell all."""
    from tinytutor.cli import diagnosis  # noqa: PLC0415
    from tinytutor.tutor.workspace import STATE_FOLDER, is_workspace  # noqa: PLC0415

    yield from diagnosis.check_python()
    yield from diagnosis.check_packages()
    session.output.status("starting a kernel")
    yield from diagnosis.check_kernel()
    session.output.status("attacking the sandbox")
    yield from diagnosis.check_sandbox()
    folder = session.workspace_folder
    exists = is_workspace(folder)
    yield from diagnosis.check_workspace(folder, exists=exists)
    yield from diagnosis.check_disk(folder)
    library = ""
    try:
        library = session.course.library
        yield from diagnosis.check_lessons(session.course)
    except Exception as problem:  # a missing package too: whatever it is, it is the finding
        yield diagnosis.course_unreadable(problem)
    if exists:
        yield from diagnosis.check_store(folder / STATE_FOLDER / "progress.sqlite")
        yield from diagnosis.check_shadows(folder, library)
    yield from diagnosis.check_terminal(session.output)
    yield from diagnosis.check_encoding(session.output)


def _recover(session: Session) -> ExitCode:
    from tinytutor.progress.recovery import recover  # noqa: PLC0415

    path: Path = session.workspace.store_path
    done = recover(path)
    if session.as_json:
        session.output.json(
            {
                "events": done.events,
                "from_backup": done.from_backup,
                "lost": done.lost,
                "aside": str(done.aside) if done.aside else None,
            }
        )
    elif done.aside is None:
        session.output.line(f"{path} is sound: {done.events} events.")
    else:
        session.output.line(
            f"Saved {done.events} events ({done.from_backup} from a backup); {done.lost} are lost."
        )
        session.output.note(f"The damaged file is kept in {done.aside}")
    return ExitCode.OK
