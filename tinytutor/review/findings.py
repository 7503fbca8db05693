"""What a rule is, and what it finds. Reads no files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tinytutor.review.context import Context


class Severity(StrEnum):
    """How much a fault hurts a student; the worst first."""

    CRITICAL = "critical"
    """Blocks learning."""
    HIGH = "high"
    """Confuses."""
    MEDIUM = "medium"
    """Costs quality."""
    LOW = "low"
    """Polish, or advice for a person to judge."""

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Theme(StrEnum):
    """The common issues under which a report gathers findings."""

    MAIN = "Main execution"
    SYSTEMS = "Systems analysis"
    COMPLEXITY = "Complexity and progression"
    TESTING = "Testing pattern"
    PREREQUISITES = "Prerequisites and dependencies"
    IMPORTS = "Imports and data access"
    DOCUMENTATION = "Documentation and polish"
    NOTEBOOK = "Notebook format and grading metadata"


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule's check reports: a place and what is wrong there."""

    message: str
    line: int = 1
    """Of the program, from 1; the context turns it into a line of the file."""
    subject: str = ""
    """What it is about, such as a test's name: the same in the next review, whatever the line."""
    fix: str = ""
    """The exact mend here; empty for the rule's general one."""
    severity: Severity | None = None
    """Where this case is more or less than the rule's usual severity."""
    hours: float | None = None
    """Where this case takes another time to mend than usual."""


Check = Callable[["Context"], Iterable[Hit]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a review looks for."""

    code: str
    """`RV101`; never given to another rule."""
    name: str
    """Reads as what is wrong: `test-never-runs`."""
    theme: Theme
    severity: Severity
    hours: float
    """Usual time to mend one finding."""
    what: str
    """What it looks for."""
    why: str
    """Why that hurts a student."""
    example: str
    """A few lines that break it."""
    fix: str
    """What to write instead, in one sentence."""
    blind: str
    """What the rule cannot see."""
    check: Check


@dataclass(frozen=True, slots=True)
class Finding:
    """A hit of a rule in a module."""

    code: str
    name: str
    theme: Theme
    severity: Severity
    file: str
    """Path relative to the reviewed folder."""
    line: int
    """From 1."""
    cell: int | None
    """The cell's number in a notebook, from 1; None for a text file."""
    message: str
    subject: str
    fix: str
    hours: float

    @property
    def place(self) -> str:
        """`tensor.py:12`, or `tensor.ipynb:120 (cell 4)`."""
        return f"{self.file}:{self.line}" + (f" (cell {self.cell})" if self.cell else "")


@dataclass(frozen=True, slots=True)
class Allowed:
    """A finding that the course allows, and why."""

    finding: Finding
    reason: str
