"""Under which names students, assignments and institutions appear in what is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from tinytutor.curriculum import Course

_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")


def naming_by(key_file: Path | None, course_id: str) -> Callable[[str], str]:
    """Student → pseudonym where there is a key, else the student's own id."""
    if key_file is None:
        return str
    from tinytutor.cohort.pseudonyms import pseudonym, read_key  # noqa: PLC0415

    key = read_key(key_file)
    return lambda student: pseudonym(key, course_id, student)


def xapi_domain(text: str) -> str:
    """The institution's domain. Raises UsageError for what is none."""
    domain = text.strip().lower()
    if not _DOMAIN.fullmatch(domain):
        raise click.UsageError(
            "xAPI needs the domain of your institution: --domain learn.example.edu"
        )
    return domain


def assignment_ids(course: Course, given: Sequence[str]) -> dict[str, str]:
    """Module id → Canvas's assignment id, from `MODULE=ID`. Raises UsageError."""
    found = {}
    for text in given:
        module, equals, number = text.partition("=")
        if not equals or not number.strip().isascii() or not number.strip().isdigit():
            raise click.UsageError(f"--assignment is MODULE=ID, such as 02=48213, not {text!r}.")
        found[course.find(module).id] = number.strip()
    return found
