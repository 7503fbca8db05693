"""From a workspace to a bundle: under which name, and what of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tinytutor.cohort.bundles.manifest import is_student_name
from tinytutor.cohort.bundles.writing import (
    Contents,
    bundle_contents,
    bundle_file_name,
    write_bundle,
)
from tinytutor.cohort.consent import Consent, load_consent, own_pseudonym, save_consent
from tinytutor.cohort.errors import SubmissionError
from tinytutor.curriculum import Identity
from tinytutor.notebooks.student import MAX_BYTES
from tinytutor.progress.events import Event
from tinytutor.tutor.workspace import Workspace

_PSEUDONYM = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Submitted:
    """A bundle that was written."""

    path: Path
    contents: Contents
    skipped: tuple[str, ...]
    """Notebooks that could not be read, with the reason."""


def chosen_consent(
    workspace: Workspace, student: str | None = None, share_texts: bool | None = None
) -> Consent:
    """The choice in force: what is given now, else what was chosen before; it is kept.

    Raises SubmissionError where the course asks for another name, ConsentError, OSError.
    """
    before = load_consent(workspace.state_folder)
    name = student if student is not None else before.student
    identity = workspace.course.identity
    if not name:
        if identity is not Identity.ANY:
            raise SubmissionError(
                f"{workspace.course.title} wants your {identity.value}: "
                f"`tinytutor submit --student {identity.value.upper()}`. It is asked for once."
            )
        name = own_pseudonym()
    if not is_student_name(name):
        raise SubmissionError("a name has 1 to 128 characters, without line ends and the like")
    if identity is Identity.PSEUDONYM and not _PSEUDONYM.fullmatch(name):
        raise SubmissionError(
            f"{name!r} is no pseudonym of {workspace.course.title}: it is 32 digits and letters "
            f"a to f, which your institution gave you"
        )
    texts = share_texts if share_texts is not None else before.share_texts
    consent = Consent(name, texts)
    if consent != before:
        save_consent(workspace.state_folder, consent)
    return consent


def submission(workspace: Workspace, events: list[Event], consent: Consent) -> Submitted:
    """What would be handed in, not yet written; its `path` is where it goes by default.

    Raises SubmissionError where there is nothing to hand in.
    """
    notebooks, skipped = _notebooks(workspace)
    if not notebooks and not skipped:
        raise SubmissionError(
            f"nothing is started in {workspace.folder}: `tinytutor start MODULE` begins a module"
        )
    contents = bundle_contents(
        workspace.course,
        events,
        notebooks,
        student=consent.student,
        with_texts=consent.share_texts,
    )
    path = workspace.folder / "submissions" / bundle_file_name(workspace.course, consent.student)
    return Submitted(path, contents, tuple(skipped))


def submit(
    workspace: Workspace, events: list[Event], consent: Consent, path: Path | None = None
) -> Submitted:
    """Writes the bundle. A second time it takes the place of the first, with all that is new.

    Raises SubmissionError, OSError.
    """
    ready = submission(workspace, events, consent)
    where = path if path is not None else ready.path
    write_bundle(where, ready.contents)
    return Submitted(where, ready.contents, ready.skipped)


def _notebooks(workspace: Workspace) -> tuple[dict[str, str], list[str]]:
    found: dict[str, str] = {}
    skipped: list[str] = []
    for module in workspace.course.modules:
        path = workspace.notebook(module)
        if not path.exists():
            continue
        try:
            if path.stat().st_size > MAX_BYTES:
                raise OSError(f"more than {MAX_BYTES // 2**20} MiB: clear its outputs")
            found[module.id] = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            skipped.append(f"{path.name}: {problem}")
    return found, skipped
