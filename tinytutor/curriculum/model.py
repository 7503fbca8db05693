"""What there is to learn, as values. Reads no files: see `loader`."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """A module that must be passed first, and why."""

    module_id: str
    reason: str
    """One sentence for the student: what of that module is used."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run of a module's cells may use."""

    cell_seconds: float = 20.0
    """Wall time of one cell."""
    notebook_seconds: float = 180.0
    """Wall time of all cells together, kernel start excluded."""
    memory_mib: int = 2048
    """Address space of the kernel."""
    output_kib: int = 256
    """Text kept per cell; what comes after is cut, with a note."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A strand of the course that the map shows in its own colour and word."""

    id: str
    title: str


@dataclass(frozen=True)
class Module:
    """One node of the map: a notebook of lessons."""

    id: str
    """Number and name, `02_tensor`: the name of the module's folder, its only identifier."""
    title: str
    goal: str
    """One sentence: what the student can do afterwards."""
    requires: tuple[Prerequisite, ...]
    difficulty: int
    """1 (easy) to 5 (hard)."""
    hours: float
    """Expected active time."""
    branch: str
    """Id of the `Branch` it belongs to."""
    folder: Path
    limits: Limits = Limits()

    @property
    def number(self) -> int:
        """The leading number of the id."""
        return int(self.id.split("_", 1)[0])

    @property
    def name(self) -> str:
        """The id without its number: `tensor`."""
        return self.id.split("_", 1)[1]

    @property
    def label(self) -> str:
        """How a student knows it: `02 Tensor`."""
        return f"{self.number:02d} {self.title}"

    @property
    def lesson_path(self) -> Path:
        """The author's lesson, a percent-format Python file."""
        return self.folder / f"{self.name}.py"

    @property
    def required_ids(self) -> tuple[str, ...]:
        """Ids of the direct prerequisites, in the order of the course file."""
        return tuple(prerequisite.module_id for prerequisite in self.requires)


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something the student's own library can do once certain modules have passed."""

    id: str
    title: str
    requires: tuple[str, ...]
    gate: str
    """What must be reached, in words."""
    program: Path
    """A Python file with `run(seed)`: raises where the gate is missed, else returns figures."""


class Identity(StrEnum):
    """Under which name the course wants submissions."""

    ANY = "any"
    """An id, a pseudonym, or the random name that a workspace gives itself."""
    ID = "id"
    """The id that the institution knows the student by."""
    PSEUDONYM = "pseudonym"
    """The 32 hex digits that the institution gave the student."""


class UnknownModuleError(LookupError):
    """A name that stands for no module of the course; the message lists what is close."""


class UnknownMilestoneError(LookupError):
    """A name that stands for no milestone of the course."""


@dataclass(frozen=True)
class Course:
    """A whole course: the only table of modules there is. Everything else is derived from it."""

    id: str
    title: str
    version: str
    library: str
    """Name of the package that the student builds, `tinytorch`."""
    branches: tuple[Branch, ...]
    modules: tuple[Module, ...]
    """In ascending number."""
    milestones: tuple[Milestone, ...]
    folder: Path
    identity: Identity = Identity.ANY

    @cached_property
    def by_id(self) -> Mapping[str, Module]:
        """Modules by id."""
        return {module.id: module for module in self.modules}

    @cached_property
    def dependents(self) -> Mapping[str, tuple[str, ...]]:
        """Module id → ids of the modules that name it as a direct prerequisite."""
        found: dict[str, list[str]] = {module.id: [] for module in self.modules}
        for module in self.modules:
            for needed in module.required_ids:
                found[needed].append(module.id)
        return {module_id: tuple(dependents) for module_id, dependents in found.items()}

    def module(self, module_id: str) -> Module:
        """The module with exactly this id. Raises KeyError."""
        return self.by_id[module_id]

    def milestone(self, milestone_id: str) -> Milestone:
        """The milestone with this id. Raises UnknownMilestoneError."""
        for milestone in self.milestones:
            if milestone.id == milestone_id:
                return milestone
        known = [milestone.id for milestone in self.milestones]
        close = difflib.get_close_matches(milestone_id, known, n=1)
        advice = f"Did you mean {close[0]!r}? " if close else ""
        listed = ", ".join(known) or "none"
        raise UnknownMilestoneError(
            f"there is no milestone {milestone_id!r}. {advice}The milestones are: {listed}."
        )

    def find(self, text: str) -> Module:
        """The module meant by `2`, `02`, `tensor` or `02_tensor`. Raises UnknownModuleError."""
        wanted = text.strip().lower()
        for module in self.modules:
            if wanted in (module.id, module.name) or (
                wanted.isascii() and wanted.isdigit() and int(wanted) == module.number
            ):
                return module
        names = [name for module in self.modules for name in (module.name, module.id)]
        close = difflib.get_close_matches(wanted, names, n=1)
        advice = f"Did you mean {close[0]!r}?" if close else "`tinytutor map` lists the modules."
        first, last = self.modules[0], self.modules[-1]
        raise UnknownModuleError(
            f"there is no module {text!r} in {self.title} ({first.id} to {last.id}). {advice}"
        )
