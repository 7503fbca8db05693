"""Reads a course file, and tells every problem in it at once. No partial course is ever used."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

from tinytutor.curriculum.document import Value, read_document
from tinytutor.curriculum.fields import Fields
from tinytutor.curriculum.graph import Edge, find_cycles
from tinytutor.curriculum.model import (
    Branch,
    Course,
    Identity,
    Limits,
    Milestone,
    Module,
    Prerequisite,
)
from tinytutor.curriculum.problems import (
    Problem,
    Problems,
    TooManyProblemsError,
    did_you_mean,
    quote,
)

MOST_MODULES = 500


class _Spelling(NamedTuple):
    """What a name looks like, and how that is said."""

    pattern: str
    remedy: str


_ID = _Spelling(
    r"[0-9]{2,3}_[a-z][a-z0-9_]{0,39}",
    "It must be number and name, such as '02_tensor', in lower case.",
)
_NAME = _Spelling(
    r"[a-z][a-z0-9_]{0,39}", "Use lower-case letters, digits and _, a letter first, at most 40."
)
_LABEL = _Spelling(
    r"[A-Za-z][A-Za-z0-9_-]{0,39}", "Use letters, digits, _ and -, a letter first, at most 40."
)
_COURSE_KEYS = (
    "course", "title", "version", "library", "identity", "limits", "branches", "modules",
    "milestones",
)  # fmt: skip
_MODULE_KEYS = ("id", "title", "goal", "requires", "difficulty", "hours", "branch", "limits")
_LIMIT_KEYS = tuple(field.name for field in fields(Limits))
_HIDING = sys.stdlib_module_names | {"tinytutor", "numpy"}
"""Modules that a student's library of the same name would hide."""
_DEVICES = {"aux", "con", "nul", "prn"} | {
    f"{port}{n}" for port in ("com", "lpt") for n in "123456789"
}
"""Names that are no files on Windows."""


class CourseError(ValueError):
    """A course that can't be used; one line per problem, each with file and line."""

    def __init__(self, problems: Sequence[Problem]):
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def bundled_course_folder() -> Path:
    """The course inside the installed package, or beside it in a clone."""
    package = Path(__file__).parent.parent
    inside = package / "_course"
    return inside if inside.is_dir() else package.parent


def load_course(folder: Path) -> Course:
    """The course in `folder`: `curriculum/course.yaml`, lessons in `modules/ID/NAME.py`.

    Raises CourseError.
    """
    problems = Problems(folder / "curriculum" / "course.yaml")
    course = None
    try:
        document = read_document(problems.path, problems)
        course = None if document is None else _course(document, folder, problems)
    except TooManyProblemsError:
        pass
    if problems.found or course is None:
        raise CourseError(sorted(problems.found, key=lambda problem: problem.line))
    return course


def _course(document: Value, folder: Path, problems: Problems) -> Course:
    top = Fields(document, "the course", _COURSE_KEYS, problems)
    limits = _limits(top, Limits(), problems)
    branches = _branches(top, problems)
    modules = _modules(top, folder, limits, branches, problems)
    return Course(
        id=_spelt(_LABEL, top, "course", problems),
        title=top.text("title"),
        version=top.text("version"),
        library=_library(top, problems),
        branches=branches,
        modules=tuple(sorted(modules, key=lambda module: module.number)),
        milestones=_milestones(top, folder, [module.id for module in modules], problems),
        folder=folder,
        identity=Identity(top.choice("identity", list(Identity), Identity.ANY)),
    )


def _spelt(spelling: _Spelling, entry: Fields, key: str, problems: Problems) -> str:
    """A name that is spelt as it must be; empty, with the problem noted, where it isn't."""
    text = entry.text(key)
    if not text or re.fullmatch(spelling.pattern, text):
        return text
    problems.add(entry.line_of(key), f"{key!r} is {quote(text)}", spelling.remedy)
    return ""


def _library(top: Fields, problems: Problems) -> str:
    library = _spelt(_NAME, top, "library", problems)
    if library in _HIDING or keyword.iskeyword(library):
        message = f"a library {library!r} can't be imported beside Python's own {library!r}"
        problems.add(top.line_of("library"), message, "Choose another name.")
    return library


def _branches(top: Fields, problems: Problems) -> tuple[Branch, ...]:
    branches: dict[str, Branch] = {}
    for item in top.items("branches"):
        entry = Fields(item, "a branch", ("id", "title"), problems)
        branch = Branch(_spelt(_LABEL, entry, "id", problems), entry.text("title"))
        if branch.id and branch.id in branches:
            problems.add(item.line, f"branch {branch.id!r} a second time", "Remove one of them.")
        branches[branch.id] = branch
    return tuple(branches.values())


def _modules(
    top: Fields, folder: Path, limits: Limits, branches: Sequence[Branch], problems: Problems
) -> list[Module]:
    """The modules that have a usable id of their own."""
    items = top.items("modules")
    if not items and not problems.found:
        problems.add(top.line_of("modules"), "the course has no modules", "List at least one.")
    if len(items) > MOST_MODULES:
        message = f"{len(items)} modules"
        problems.add(top.line_of("modules"), message, f"At most {MOST_MODULES} are read.")
    lines: dict[str, int] = {}
    taken: dict[object, str] = {}
    edge_lines: dict[Edge, int] = {}
    modules: list[Module] = []
    for item in items[:MOST_MODULES]:
        module = _module(item, folder, limits, branches, edge_lines, problems)
        if module is None:
            continue
        if module.id in lines:
            remedy = f"It is in line {lines[module.id]}."
            problems.add(item.line, f"module {module.id!r} a second time", remedy)
            continue
        for part, what in ((module.number, "number"), (module.name, "name")):
            if part in taken:
                message = f"{module.id!r} has the {what} of {taken[part]!r}"
                problems.add(item.line, message, f"Give each module a {what} of its own.")
            taken.setdefault(part, module.id)
        lines[module.id] = item.line
        modules.append(module)
        if not module.lesson_path.is_file():
            place = f"modules/{module.id}/{module.name}.py"
            remedy = "Write the lesson there or take the module out."
            problems.add(item.line, f"{module.id!r} has no lesson {place}", remedy)
    _check_graph(modules, edge_lines, problems)
    return modules


def _module(
    item: Value,
    folder: Path,
    limits: Limits,
    branches: Sequence[Branch],
    edge_lines: dict[Edge, int],
    problems: Problems,
) -> Module | None:
    entry = Fields(item, "a module", _MODULE_KEYS, problems)
    module_id = _spelt(_ID, entry, "id", problems)
    name = module_id.partition("_")[2]
    if keyword.iskeyword(name) or name in _DEVICES:
        message = f"no file {name}.py can be made and imported everywhere"
        problems.add(entry.line_of("id"), message, "Choose another name.")
    branch = entry.text("branch")
    known = [each.id for each in branches]
    if branch and branch not in known:
        remedy = did_you_mean(branch, known)
        problems.add(entry.line_of("branch"), f"unknown branch {quote(branch)}", remedy)
    module = Module(
        id=module_id,
        title=entry.text("title"),
        goal=entry.text("goal"),
        requires=_requires(entry, module_id, edge_lines),
        difficulty=entry.whole("difficulty", 1, 5),
        hours=entry.number("hours", 0.1, 1000),
        branch=branch,
        folder=folder / "modules" / module_id,
        limits=_limits(entry, limits, problems),
    )
    return module if module_id else None


def _requires(
    entry: Fields, module_id: str, edge_lines: dict[Edge, int]
) -> tuple[Prerequisite, ...]:
    found = []
    for required, reason in entry.mapping("requires"):
        edge_lines[required, module_id] = reason.line
        what = f"the reason for the prerequisite {quote(required)}"
        found.append(Prerequisite(required, entry.sentence(reason, what)))
    return tuple(found)


def _limits(entry: Fields, default: Limits, problems: Problems) -> Limits:
    given = dict(entry.mapping("limits", needed=False))
    if not given:
        return default
    values = Fields(Value(entry.line_of("limits"), given), "'limits'", _LIMIT_KEYS, problems)
    return Limits(
        cell_seconds=values.number("cell_seconds", 0.1, 3600, default.cell_seconds),
        notebook_seconds=values.number("notebook_seconds", 1, 86_400, default.notebook_seconds),
        memory_mib=values.whole("memory_mib", 1024, 1 << 20, default.memory_mib),
        output_kib=values.whole("output_kib", 1, 1 << 16, default.output_kib),
    )


def _milestones(
    top: Fields, folder: Path, module_ids: Sequence[str], problems: Problems
) -> tuple[Milestone, ...]:
    milestones: dict[str, Milestone] = {}
    for item in top.items("milestones", needed=False):
        entry = Fields(item, "a milestone", ("id", "title", "requires", "gate"), problems)
        required: list[str] = []
        for value in entry.items("requires"):
            module_id = entry.sentence(value, "a required module")
            if module_id and module_id in required:
                problems.add(value.line, f"module {module_id!r} a second time", "Remove one.")
            elif module_id and module_id not in module_ids:
                remedy = did_you_mean(module_id, module_ids)
                problems.add(value.line, f"unknown module {quote(module_id)}", remedy)
            required.append(module_id)
        label = _spelt(_LABEL, entry, "id", problems)
        if label and label in milestones:
            problems.add(item.line, f"milestone {label!r} a second time", "Remove one.")
        program = folder / "curriculum" / "milestones" / f"{label}.py"
        if label and not program.is_file():
            remedy = f"Write curriculum/milestones/{label}.py or take the milestone out."
            problems.add(item.line, f"milestone {label!r} has no program", remedy)
        milestones[label] = Milestone(
            label, entry.text("title"), tuple(required), entry.text("gate"), program
        )
    return tuple(milestones.values())


def _check_graph(
    modules: Iterable[Module], edge_lines: Mapping[Edge, int], problems: Problems
) -> None:
    requires: dict[str, list[str]] = {module.id: [] for module in modules}
    for (required, module_id), line in edge_lines.items():
        if module_id not in requires:
            continue
        if required == module_id:
            problems.add(line, f"{module_id!r} requires itself", "Remove that prerequisite.")
        elif required not in requires:
            others = [other for other in requires if other != module_id]
            remedy = did_you_mean(required, others)
            problems.add(line, f"unknown prerequisite {quote(required)}", remedy)
        else:
            requires[module_id].append(required)
    for cycle in find_cycles(requires):
        line = edge_lines[cycle[1], cycle[0]]
        message = f"prerequisites run in a circle: {' → '.join(cycle)}"
        problems.add(line, message, "Take one of them away.")
