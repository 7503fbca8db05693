"""Reads a course file, and tells every problem in it at once. No partial course is ever used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path

from tinytutor.curriculum.document import (
    Fields,
    Problem,
    Problems,
    Value,
    did_you_mean,
    read_document,
)
from tinytutor.curriculum.graph import find_cycles
from tinytutor.curriculum.model import Branch, Course, Limits, Milestone, Module, Prerequisite

_ID = re.compile(r"[0-9]{2,3}_[a-z][a-z0-9_]*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_COURSE_KEYS = (
    "course", "title", "version", "library", "limits", "branches", "modules", "milestones",
)  # fmt: skip
_MODULE_KEYS = ("id", "title", "goal", "requires", "difficulty", "hours", "branch", "limits")
_LIMIT_KEYS = tuple(field.name for field in fields(Limits))


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
    document = read_document(problems.path, problems)
    course = None if document is None else _course(document, folder, problems)
    if problems.found or course is None:
        raise CourseError(sorted(problems.found, key=lambda problem: problem.line))
    return course


def _course(document: Value, folder: Path, problems: Problems) -> Course:
    top = Fields(document, "the course", problems)
    top.refuse_others(_COURSE_KEYS)
    limits = _limits(top, Limits(), problems)
    branches = _branches(top, problems)
    modules, lines = _modules(top, folder, limits, branches, problems)
    _check_graph(modules, lines, problems)
    return Course(
        id=_name(top, "course", problems),
        title=top.text("title"),
        version=top.text("version"),
        library=_name(top, "library", problems),
        branches=branches,
        modules=tuple(sorted(modules, key=lambda module: module.number)),
        milestones=_milestones(top, {module.id for module in modules}, problems),
        folder=folder,
    )


def _name(top: Fields, key: str, problems: Problems) -> str:
    text = top.text(key)
    if text and not _NAME.fullmatch(text):
        remedy = "Use lower-case letters, digits and _, a letter first."
        problems.add(top.line_of(key), f"{key!r} is {text!r}", remedy)
    return text


def _branches(top: Fields, problems: Problems) -> tuple[Branch, ...]:
    branches: dict[str, Branch] = {}
    for item in top.items("branches"):
        entry = Fields(item, "a branch", problems)
        entry.refuse_others(("id", "title"))
        branch = Branch(entry.text("id"), entry.text("title"))
        if branch.id in branches:
            problems.add(item.line, f"branch {branch.id!r} a second time", "Remove one of them.")
        branches[branch.id] = branch
    return tuple(branches.values())


def _modules(
    top: Fields, folder: Path, limits: Limits, branches: Sequence[Branch], problems: Problems
) -> tuple[list[Module], dict[str, int]]:
    """The modules that have a usable id, and the line of each."""
    items = top.items("modules")
    if not items and not problems.found:
        problems.add(top.line_of("modules"), "the course has no modules", "List at least one.")
    modules: list[Module] = []
    lines: dict[str, int] = {}
    numbers: dict[int, str] = {}
    for item in items:
        module = _module(item, folder, limits, branches, problems)
        if module is None:
            continue
        if module.id in lines:
            remedy = f"It is in line {lines[module.id]}."
            problems.add(item.line, f"module {module.id!r} a second time", remedy)
            continue
        if module.number in numbers:
            taken = numbers[module.number]
            remedy = "Give each module a number of its own."
            problems.add(item.line, f"{module.id!r} has the number of {taken!r}", remedy)
        numbers[module.number] = module.id
        lines[module.id] = item.line
        modules.append(module)
        if not module.lesson_path.is_file():
            place = f"modules/{module.id}/{module.name}.py"
            remedy = "Write the lesson there or take the module out."
            problems.add(item.line, f"{module.id!r} has no lesson {place}", remedy)
    return modules, lines


def _module(
    item: Value, folder: Path, limits: Limits, branches: Sequence[Branch], problems: Problems
) -> Module | None:
    entry = Fields(item, "a module", problems)
    entry.refuse_others(_MODULE_KEYS)
    module_id = entry.text("id")
    if module_id and not _ID.fullmatch(module_id):
        remedy = "Number and name, such as '02_tensor'."
        problems.add(entry.line_of("id"), f"module id {module_id!r}", remedy)
        module_id = ""
    difficulty = entry.number("difficulty", 1, 5)
    if difficulty != int(difficulty):
        problems.add(
            entry.line_of("difficulty"), f"'difficulty' is {difficulty:g}", "1 to 5, whole."
        )
    branch = entry.text("branch")
    known = [each.id for each in branches]
    if branch and branch not in known:
        remedy = did_you_mean(branch, known)
        problems.add(entry.line_of("branch"), f"unknown branch {branch!r}", remedy)
    module = Module(
        id=module_id,
        title=entry.text("title"),
        goal=entry.text("goal"),
        requires=_requires(entry, problems),
        difficulty=int(difficulty),
        hours=entry.number("hours", 0.1, 1000),
        branch=branch,
        folder=folder / "modules" / module_id,
        limits=_limits(entry, limits, problems),
    )
    return module if module_id else None


def _requires(entry: Fields, problems: Problems) -> tuple[Prerequisite, ...]:
    found = []
    for module_id, reason in entry.mapping("requires"):
        if not isinstance(reason.content, str) or not reason.content.strip():
            remedy = "Say in a sentence what of it is used."
            problems.add(reason.line, f"no reason for the prerequisite {module_id!r}", remedy)
            continue
        found.append(Prerequisite(module_id, reason.content.strip()))
    return tuple(found)


def _limits(entry: Fields, default: Limits, problems: Problems) -> Limits:
    given = dict(entry.mapping("limits", needed=False))
    if not given:
        return default
    values = Fields(Value(entry.line_of("limits"), given), "'limits'", problems)
    values.refuse_others(_LIMIT_KEYS)
    return Limits(
        cell_seconds=values.number("cell_seconds", 0.1, 3600, default.cell_seconds),
        notebook_seconds=values.number("notebook_seconds", 1, 86_400, default.notebook_seconds),
        memory_mib=int(values.number("memory_mib", 1024, 1 << 20, default.memory_mib)),
        output_kib=int(values.number("output_kib", 1, 1 << 16, default.output_kib)),
    )


def _milestones(top: Fields, module_ids: set[str], problems: Problems) -> tuple[Milestone, ...]:
    milestones: dict[str, Milestone] = {}
    for item in top.items("milestones", needed=False):
        entry = Fields(item, "a milestone", problems)
        entry.refuse_others(("id", "title", "requires", "gate"))
        needs = []
        for needed in entry.items("requires"):
            if needed.content in module_ids:
                needs.append(str(needed.content))
            else:
                remedy = did_you_mean(str(needed.content), sorted(module_ids))
                problems.add(needed.line, f"unknown module {needed.content!r}", remedy)
        milestone = Milestone(
            entry.text("id"), entry.text("title"), tuple(needs), entry.text("gate")
        )
        if milestone.id in milestones:
            problems.add(item.line, f"milestone {milestone.id!r} a second time", "Remove one.")
        milestones[milestone.id] = milestone
    return tuple(milestones.values())


def _check_graph(modules: Iterable[Module], lines: dict[str, int], problems: Problems) -> None:
    edges: dict[str, list[str]] = {}
    for module in modules:
        edges[module.id] = []
        for required in module.required_ids:
            line = lines[module.id]
            if required == module.id:
                problems.add(line, f"{module.id!r} requires itself", "Remove that prerequisite.")
            elif required not in lines:
                others = [other for other in lines if other != module.id]
                remedy = did_you_mean(required, others)
                problems.add(line, f"{module.id!r}: unknown prerequisite {required!r}", remedy)
            else:
                edges[module.id].append(required)
    for cycle in find_cycles(edges):
        path = " → ".join(cycle)
        remedy = "Take one of these prerequisites away."
        problems.add(lines[cycle[0]], f"prerequisites run in a circle: {path}", remedy)
