"""Reviews a whole course: reads, runs, asks every rule, and fills in the scorecards."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tinytutor.curriculum import Course
from tinytutor.review.allowing import AllowEntry, sift
from tinytutor.review.context import Context, CourseMap, Lesson
from tinytutor.review.courses import read_course
from tinytutor.review.decisions import Decisions, read_decisions
from tinytutor.review.execution import Ground, RunLimits, execute
from tinytutor.review.findings import Finding, Hit, Rule
from tinytutor.review.library import library_folders
from tinytutor.review.outcome import NOT_RUN, Execution, Outcome, Run
from tinytutor.review.rules import all_rules
from tinytutor.review.scorecard import (
    ModuleReview,
    criteria,
    immediate_share,
    key_strength,
    ordered,
)

_MOST_HITS = 8
"""More findings of one rule in one lesson than this are told together."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to review."""

    run: bool = True
    """Whether lessons are run; without, everything is decided from their text."""
    sandbox: bool | None = None
    """True requires it, False does without, None takes it where it works."""
    trusted: bool = False
    """Whether the course is our own, which may run without a sandbox."""
    limits: RunLimits = field(default_factory=RunLimits)
    jobs: int = 2
    """Lessons that run at the same time."""


@dataclass(frozen=True)
class CourseReview:
    """What a review says of a course."""

    title: str
    folder: Path
    modules: tuple[ModuleReview, ...]
    decisions: Decisions = field(default_factory=Decisions)


class UnsafeError(RuntimeError):
    """A sandbox was required, and there is none."""


class NoSuchModuleError(LookupError):
    """A name that stands for no module of the reviewed course."""


Progress = Callable[[str], None]


def review_course(
    folder: Path,
    wanted: Sequence[str] = (),
    options: Options = Options(),
    on_progress: Progress = lambda _: None,
) -> CourseReview:
    """Reviews the modules called `wanted`, all of them if empty.

    Raises what `read_course` raises, NoSuchModuleError, and UnsafeError.
    """
    with _no_collection():
        course_map, course = read_course(folder)
        chosen = _chosen(course_map, wanted)
        decisions = read_decisions(folder)
        executions = _executions(folder, course_map, course, chosen, options, on_progress)
        reviews = []
        for lesson in chosen:
            on_progress(f"judging {lesson.id}")
            context = Context(lesson, course_map, executions[lesson.id])
            reviews.append(judge(context, decisions.allowed))
    title = course.title if course is not None else folder.resolve().name
    return CourseReview(title, folder, tuple(reviews), decisions)


def _chosen(course_map: CourseMap, wanted: Sequence[str]) -> list[Lesson]:
    if not wanted:
        return list(course_map.lessons)
    found: dict[str, Lesson] = {}
    for name in wanted:
        matches = [lesson for lesson in course_map.lessons if _is_called(lesson, name)]
        if not matches:
            listed = ", ".join(lesson.id for lesson in course_map.lessons[:30])
            raise NoSuchModuleError(f"there is no module {name!r} here. There are: {listed}.")
        found.update({lesson.id: lesson for lesson in matches[:1]})
    return [lesson for lesson in course_map.lessons if lesson.id in found]


def _is_called(lesson: Lesson, name: str) -> bool:
    wanted = name.strip().lower()
    bare = lesson.id.lower().lstrip("0123456789_- ")
    number = wanted.isascii() and wanted.isdigit() and int(wanted) == lesson.number
    return bool(number) or wanted in (lesson.id.lower(), bare, lesson.stem.lower())


def judge(context: Context, entries: Sequence[AllowEntry] = ()) -> ModuleReview:
    """One lesson's scorecard: every rule is asked; `entries` are what the course allows."""
    lesson = context.lesson
    found = [pair for rule in all_rules() for pair in _findings(context, rule)]
    standing, allowed = sift(found, lesson.material, lesson.id, entries)
    decided = criteria(context, standing)
    stated = lesson.stated
    return ModuleReview(
        id=lesson.id,
        title=stated.title if stated is not None else lesson.material.title or lesson.id,
        file=lesson.file,
        number=lesson.number,
        findings=ordered(standing),
        allowed=allowed,
        criteria=decided,
        immediate_tests_share=immediate_share(context) if lesson.material.cells else None,
        key_strength=key_strength(context, decided) if lesson.material.cells else "",
        execution=context.execution,
    )


def _findings(context: Context, rule: Rule) -> Iterator[tuple[Finding, int]]:
    """A rule's findings, each with its line of the program."""
    material = context.material
    if not material.cells and rule.code != "RV101":
        return
    for hit in _gathered(list(rule.check(context)), rule):
        cell = material.cell_at(hit.line) if material.is_notebook else None
        finding = Finding(
            code=rule.code,
            name=rule.name,
            theme=rule.theme,
            severity=hit.severity or rule.severity,
            file=context.lesson.file,
            line=material.file_line(hit.line),
            cell=cell.index + 1 if cell is not None else None,
            message=hit.message,
            subject=hit.subject,
            fix=hit.fix or rule.fix,
            hours=rule.hours if hit.hours is None else hit.hours,
        )
        yield finding, hit.line


def _gathered(hits: list[Hit], rule: Rule) -> list[Hit]:
    """The hits; where they are many, the last of them told as one."""
    if len(hits) <= _MOST_HITS:
        return hits
    kept, others = hits[: _MOST_HITS - 1], hits[_MOST_HITS - 1 :]
    names = [f"`{hit.subject}`" for hit in others if hit.subject][:8]
    named = f", such as {', '.join(names)}" if names else ""
    hours = sum(rule.hours if hit.hours is None else hit.hours for hit in others)
    worst = min((hit.severity or rule.severity for hit in others), key=lambda each: each.rank)
    message = f"{len(others)} more of this kind{named}"
    return [*kept, Hit(message, others[0].line, "more", severity=worst, hours=round(hours, 2))]


def _executions(
    folder: Path,
    course_map: CourseMap,
    course: Course | None,
    chosen: Sequence[Lesson],
    options: Options,
    on_progress: Progress,
) -> dict[str, Execution]:
    if not options.run:
        return {lesson.id: NOT_RUN for lesson in chosen}
    boxed, why_not = _box(options)
    if why_not:
        unsafe = Execution(Run(Outcome.NOT_RUN), why_not=why_not)
        return {lesson.id: unsafe for lesson in chosen}
    own = {name.split(".")[0] for name in course_map.by_module}
    if len(course_map.lessons) > 1:
        own.add(course_map.library)
    base = folder if folder.is_dir() else folder.parent
    with tempfile.TemporaryDirectory(prefix="tt-library-", ignore_cleanup_errors=True) as name:
        # Whoever runs in the sandbox must be able to read it.
        Path(name).chmod(0o755)

        def run(lesson: Lesson) -> Execution:
            on_progress(f"running {lesson.id}")
            place = course_map.place[lesson.id]
            library = library_folders(course_map, course, place, base.resolve(), Path(name))
            ground = Ground(library, base.resolve(), boxed, options.limits)
            return execute(Context(lesson, course_map, NOT_RUN), ground, frozenset(own))

        readable = [lesson for lesson in chosen if lesson.material.cells]
        with ThreadPoolExecutor(options.jobs) as pool:
            ran = dict(zip((each.id for each in readable), pool.map(run, readable), strict=True))
    return {lesson.id: ran.get(lesson.id, NOT_RUN) for lesson in chosen}


def _box(options: Options) -> tuple[bool, str]:
    """Whether to run in the sandbox, and why not to run at all. Raises UnsafeError.

    Lessons of others run in the sandbox or not at all, unless the sandbox is switched off.
    """
    if options.sandbox is False:
        return False, ""
    from tinytutor.running.sandbox import sandbox_support  # noqa: PLC0415  only for a run

    support = sandbox_support()
    if support.works:
        return not options.trusted or options.sandbox is True, ""
    reason = f"{support.message}: {support.mend}"
    if options.sandbox:
        raise UnsafeError(f"there is no sandbox here. {reason}")
    return False, "" if options.trusted else f"no sandbox for the lessons of others; {reason}"


@contextmanager
def _no_collection() -> Iterator[None]:
    """Syntax trees are many small objects that live to the end: looking for garbage only costs."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
