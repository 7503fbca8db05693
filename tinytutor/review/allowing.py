"""What a course allows: comments in lessons, entries of its `review.yaml`, each with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tinytutor.review.findings import Allowed, Finding
from tinytutor.review.material import Material

_COMMENT = re.compile(r"(?:#|<!--)\s*review:\s*allow\s+([\w-]+)[ \t]*:?[ \t]*(.*?)\s*(?:-->)?\s*$")


@dataclass(frozen=True, slots=True)
class AllowComment:
    """`# review: allow RV503 the reason` in a lesson."""

    rule: str
    reason: str
    line: int
    """Of the program."""


@dataclass(frozen=True, slots=True)
class AllowEntry:
    """An entry under `allow` in `review.yaml`."""

    rule: str
    module: str
    at: str
    """A text that the finding's message or subject must contain; empty for all of the module."""
    reason: str


def comments(material: Material) -> Iterator[AllowComment]:
    """The comments of a lesson that allow a rule, in code and in Markdown."""
    if "review:" not in material.program and not any("review:" in c.source for c in material.cells):
        return
    for cell in material.cells:
        for offset, text in enumerate(cell.source.splitlines()):
            if match := _COMMENT.search(text):
                yield AllowComment(match[1], match[2], cell.line + offset)


def sift(
    found: Iterable[tuple[Finding, int]],
    material: Material,
    module_id: str,
    entries: Iterable[AllowEntry],
) -> tuple[tuple[Finding, ...], tuple[Allowed, ...]]:
    """Findings (with their line of the program) that stand, and those that the course allows.

    A comment allows its rule in its own cell; a finding about the lesson as a whole, which is told
    at its first line, from anywhere in the lesson.
    """
    noted = [each for each in comments(material) if each.reason]
    entries = [entry for entry in entries if entry.module in (module_id, "*")]
    standing, allowed = [], []
    for finding, line in found:
        names = (finding.code.lower(), finding.name)
        reason = ""
        cell = material.cell_at(line)
        for note in noted:
            same = line <= 1 or (cell is not None and material.cell_at(note.line) is cell)
            if note.rule.lower() in names and same:
                reason = note.reason
        for entry in entries:
            about = entry.at in finding.message or entry.at == finding.subject
            if entry.rule.lower() in names and about:
                reason = entry.reason
        if reason:
            allowed.append(Allowed(finding, reason))
        else:
            standing.append(finding)
    return tuple(standing), tuple(allowed)
