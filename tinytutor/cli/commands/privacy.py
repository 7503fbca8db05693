"""`tinytutor privacy`: what is recorded, who sees it, and how it is taken along or erased."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tinytutor.cli.options import tutor_command
from tinytutor.cli.output import Tone
from tinytutor.cli.session import Session

if TYPE_CHECKING:
    from tinytutor.progress.events import Event

KINDS = {
    "workspace_created": "that you made the workspace; versions of course and tinytutor",
    "module_started": "when you began a module",
    "activity": "that you were active, in steps of up to 15 s; no keys, no text",
    "code_saved": "when code was saved: a hash of it, not the code",
    "attempt_finished": "a run of tests: results, messages, times, versions of Python and NumPy",
    "module_passed": "a pass, with the code that went into your library",
    "hint_shown": "that you took a hint",
    "solution_shown": "that you looked at a solution",
    "module_reset": "that you went back to the starter",
    "confusion_reported": "that you said you don't understand something, with your words",
    "overridden": "that you opened a locked module",
    "milestone_run": "a milestone's result",
    "prediction_made": "what you expected of an experiment, with your words",
    "quiz_answered": "your answer to a question of the quiz, and whether it was right",
    "puzzle_tried": "a try at a puzzle, and whether it was right",
}
"""Kind of event → what it holds, in words."""


@click.group("privacy", short_help="What is recorded of you, and how to erase it.")
def command() -> None:
    """See, take along or erase what is recorded of you; make a key for pseudonyms.

    Example: tinytutor privacy show
    """


@tutor_command("show", json_result=True, short_help="What is recorded, and what leaves.")
def show(session: Session) -> None:
    """Tell what is recorded in this workspace, where it lies, and what a submission takes along.

    Example: tinytutor privacy show
    """
    from tinytutor.cohort.consent import load_consent  # noqa: PLC0415

    workspace = session.workspace
    events = session.tutor.events()
    consent = load_consent(workspace.state_folder)
    counts = Counter(event.what.kind for event in events)
    if session.as_json:
        session.output.json(
            {
                "record": str(workspace.store_path),
                "events": dict(counts),
                "student": consent.student or None,
                "share_texts": consent.share_texts,
            }
        )
        return
    output = session.output
    output.line(("Recorded in ", Tone.PLAIN), (str(workspace.store_path), Tone.STRONG))
    width = max(map(len, KINDS))
    for kind, words in KINDS.items():
        output.line(f"{counts.pop(kind, 0):>6}  {kind:<{width}}  {words}")
    for kind, count in counts.items():
        output.line(f"{count:>6}  {kind:<{width}}  from another version, kept as it is")
    output.line()
    name = consent.student or "a random name"
    words = "with" if consent.share_texts else "without"
    output.line("Nothing leaves this machine by itself. `tinytutor submit` writes a file with this")
    output.line(f"and your notebooks, as {name}, {words} your words and the messages of tests")
    output.line("(`tinytutor privacy consent` changes that).")
    output.note("Erase: tinytutor privacy erase --words, or --all")


@tutor_command("consent", json_result=True, short_help="Whether your words may be handed in.")
@click.option("--words/--no-words", "words", default=None, help="Your choice; kept.")
def consent(session: Session, words: bool | None) -> None:
    """Choose whether confusion texts and the messages of tests go into what you hand in.

    Without an option it tells the choice in force. Home folders in them become ~.

    Example: tinytutor privacy consent --words
    """
    from dataclasses import replace  # noqa: PLC0415

    from tinytutor.cohort.consent import load_consent, save_consent  # noqa: PLC0415

    folder = session.workspace.state_folder
    chosen = load_consent(folder)
    if words is not None and words is not chosen.share_texts:
        chosen = replace(chosen, share_texts=words)
        save_consent(folder, chosen)
    if session.as_json:
        session.output.json({"share_texts": chosen.share_texts})
    else:
        state = "are" if chosen.share_texts else "are not"
        session.output.line(f"Your words {state} handed in with `tinytutor submit`.")


@tutor_command("export", short_help="All that is recorded, as JSON lines.")
@click.option(
    "-o",
    "--output",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write into FILE instead of stdout.",
)
def export(session: Session, file: Path | None) -> None:
    """Write every event as it is recorded, one JSON object per line.

    Example: tinytutor privacy export -o mine.jsonl
    """
    from tinytutor.files import write_whole_bytes  # noqa: PLC0415
    from tinytutor.progress.event_json import to_line  # noqa: PLC0415

    if file is not None and file.exists() and file.suffix != ".jsonl":
        raise click.UsageError(
            f"{file} exists and is no .jsonl file: name another file, so that nothing is lost."
        )
    content = "".join(f"{to_line(event)}\n" for event in session.tutor.events()).encode("ascii")
    if file is None:
        session.output.content(content)
    else:
        write_whole_bytes(file, content)
        session.output.note(f"Written: {file}")


@tutor_command("erase", json_result=True, short_help="Make the record forget.")
@click.option("--words", is_flag=True, help="Your words and test messages; figures stay.")
@click.option("--all", "everything", is_flag=True, help="Everything: you begin anew.")
@click.option("--yes", is_flag=True, help="Don't ask.")
def erase(session: Session, words: bool, everything: bool, yes: bool) -> None:
    """Erase your words, or all that is recorded, with every copy of it in this workspace.

    Notebooks and library stay. What you have handed in is elsewhere: ask who has it.

    Example: tinytutor privacy erase --words
    """
    if words == everything:
        raise click.UsageError("choose --words or --all.")
    from tinytutor.progress.erasing import rewrite, without_words  # noqa: PLC0415

    workspace = session.workspace
    events = session.tutor.events()
    what = "your words and the messages of tests" if words else "all of your progress"
    if not yes:
        session.output.confirm(
            f"Erase {what}? This can't be undone.", otherwise="Stopped: nothing was erased."
        )
    kept = without_words(events) if words else _beginning(session)
    session.end()
    rewrite(workspace.store_path, kept)
    for bundle in (workspace.folder / "submissions").glob("*.zip"):
        bundle.unlink()
    if session.as_json:
        session.output.json({"erased": "words" if words else "all", "events": len(kept)})
    else:
        session.output.line(f"Erased: {what}. Copies and bundles in this workspace are gone, too.")


def _beginning(session: Session) -> list[Event]:
    """The record of a workspace that was just made."""
    from dataclasses import replace  # noqa: PLC0415

    from tinytutor import __version__  # noqa: PLC0415
    from tinytutor.progress.events import Event, WorkspaceCreated  # noqa: PLC0415

    created = WorkspaceCreated(session.course.id, session.course.version, __version__)
    return [replace(Event(created), sequence=1)]


@tutor_command("key", short_help="For instructors: a key for pseudonyms.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def key(session: Session, file: Path) -> None:
    """Make the key from which pseudonyms are made: one per institution, kept there.

    It is in no bundle and in no export. Who has it can tell who is behind a pseudonym.

    Example: tinytutor privacy key our.key
    """
    from tinytutor.cohort.pseudonyms import create_key  # noqa: PLC0415

    try:
        create_key(file)
    except FileExistsError:
        raise click.UsageError(
            f"{file} exists: a key is made once, as another one gives other pseudonyms."
        ) from None
    session.output.line(f"{file}: keep it safe, and a copy of it; only you can read it.")


for each in (show, consent, export, erase, key):
    command.add_command(each)
