"""What a student has chosen about handing in: under which name, and whether with words.

Kept in the workspace as `.tinytutor/submission.json`; without it nothing beyond figures leaves.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from tinytutor.cohort.bundles.manifest import is_student_name
from tinytutor.cohort.errors import ConsentError
from tinytutor.files import write_whole


@dataclass(frozen=True, slots=True)
class Consent:
    """A student's choice."""

    student: str = ""
    """Id or pseudonym; empty before the first submission."""
    share_texts: bool = False
    """Whether confusion texts and the messages of failed tests may leave the machine."""


def consent_file(state_folder: Path) -> Path:
    """Where the choice is kept."""
    return state_folder / "submission.json"


def load_consent(state_folder: Path) -> Consent:
    """The choice, or the careful default. Raises ConsentError where the file can't be read."""
    path = consent_file(state_folder)
    if not path.exists():
        return Consent()
    try:
        raw = json.loads(path.read_text("utf-8"))
        student = str(raw["student"])
        if student and not is_student_name(student):
            raise ValueError("'student'")
        return Consent(student, raw["share_texts"] is True)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ConsentError(
            f"{path} can't be read ({problem}): remove it and say again what you hand in, with "
            f"`tinytutor privacy consent`"
        ) from None


def save_consent(state_folder: Path, consent: Consent) -> None:
    """Keeps the choice. Raises OSError."""
    write_whole(consent_file(state_folder), json.dumps(asdict(consent), indent=1) + "\n")


def own_pseudonym() -> str:
    """A name for a student who gives none: random, so that it says nothing."""
    return f"anonymous-{secrets.token_hex(6)}"
