"""Grades one notebook: the student's cells, the course's tests and hidden ones, a clean kernel.

A batch knows only `Grading`; what stands behind it can be changed here alone.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from tinytutor.authoring.reference import build_reference_library
from tinytutor.cohort.batch.results import GradedNotebook, GradedStatus, GradedTest
from tinytutor.curriculum import Course, Module
from tinytutor.notebooks.assembly import assemble
from tinytutor.notebooks.lesson import Lesson
from tinytutor.notebooks.library import reference_solutions
from tinytutor.notebooks.matching import match
from tinytutor.notebooks.probes import (
    FILE_NAME,
    ProbesError,
    ProbeSource,
    parse_probes,
    read_probes,
)
from tinytutor.notebooks.reading import read_lesson
from tinytutor.notebooks.student import (
    NotebookUnreadableError,
    parse_student_notebook,
    starter_notebook,
)
from tinytutor.running.folders import remove_folder
from tinytutor.running.hidden import HiddenVerdict, answers, judge_hidden, with_probes
from tinytutor.running.runner import Runner, job_of
from tinytutor.running.sandbox.support import SandboxMode, choose_sandbox
from tinytutor.running.verdicts import Status, Verdict, judge
from tinytutor.tutor.checking import collect, fault_of


class Grading(Protocol):
    """Something that grades one notebook after the other."""

    async def grade(self, notebook: bytes, module_id: str) -> GradedNotebook:
        """What the notebook comes to. Raises nothing: whatever is wrong is in the result."""
        ...

    async def close(self) -> None:
        """Ends processes and removes files."""
        ...


@dataclass(frozen=True, slots=True)
class GradingSettings:
    """How a batch is graded; plain values, so that it can travel to other machines."""

    sandbox: SandboxMode = SandboxMode.AUTO
    seed: int = 0
    """Of the random numbers that hidden tests ask with: fresh for each batch."""
    hidden: Mapping[str, str] = field(default_factory=dict)
    """Module id → text of the instructor's own hidden tests; otherwise the course's are used."""

    def to_plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def of_plain(cls, fields: Mapping[str, Any]) -> GradingSettings:
        """What `to_plain` gave."""
        return cls(**{**fields, "sandbox": SandboxMode(fields["sandbox"])})


def own_hidden_tests(folder: Path, course: Course) -> dict[str, str]:
    """Module id → text of `folder/MODULE.py`, checked. Raises ProbesError, OSError."""
    texts = {}
    for path in sorted(folder.glob("*.py")):
        known = [module for module in course.modules if module.id == path.stem]
        if not known:
            raise ProbesError(
                f"{path}: the course has no module {path.stem!r}. Name the file by its module, "
                f"such as {course.modules[0].id}.py"
            )
        exercise_ids = [exercise.id for exercise in read_lesson(known[0]).exercises]
        read_probes(path, exercise_ids)
        texts[path.stem] = path.read_text("utf-8")
    return texts


@dataclass(frozen=True, slots=True)
class _Hidden:
    """The hidden tests of a module, and the reference's answers to them."""

    probes: tuple[ProbeSource, ...]
    right: Mapping[str, str]


class LocalGrading:
    """Grades on this machine, each notebook in a folder that holds the reference library alone.

    With the reference library a mistake in one module costs that module alone.
    """

    def __init__(self, course: Course, settings: GradingSettings | None = None):
        """Makes the folder; 1 s. Raises LessonError, NoSandboxError, OSError."""
        self._course = course
        self._settings = settings or GradingSettings()
        boxed = choose_sandbox(self._settings.sandbox).boxed
        self._lessons: dict[str, Lesson] = {}
        self._hidden: dict[str, _Hidden] = {}
        self._folder = Path(tempfile.mkdtemp(prefix="tinytutor-grade-"))
        self._runner = Runner(self._folder, sandbox=boxed)
        self._runner.start_early()  # its imports pass while the library is built
        library = build_reference_library(course, self._folder)
        self._library = {path.relative_to(self._folder): path.read_bytes() for path in library}

    async def grade(self, notebook: bytes, module_id: str) -> GradedNotebook:
        """See `Grading`."""
        try:
            return await self._grade(notebook, self._course.module(module_id))
        except (NotebookUnreadableError, UnicodeDecodeError) as problem:
            return GradedNotebook(GradedStatus.UNREADABLE, fault=str(problem))
        except Exception as problem:  # a fault of one notebook must never be one of the batch
            fault = f"{type(problem).__name__}: {problem}"
            return GradedNotebook(GradedStatus.CRASHED, fault=fault)

    async def close(self) -> None:
        """See `Grading`."""
        await self._runner.close()
        remove_folder(self._folder)

    async def _grade(self, notebook: bytes, module: Module) -> GradedNotebook:
        lesson = self._lesson(module)
        student = parse_student_notebook(notebook.decode("utf-8"), f"{module.id}.ipynb")
        hidden = await self._hidden_tests(module)
        matching = match(lesson, student)
        assembly = assemble(lesson, matching, module.limits)
        limit = module.limits.cell_seconds
        job = with_probes(job_of(assembly), hidden.probes, self._settings.seed, limit)
        self._clean_folder()
        began = time.monotonic()
        events = await collect(self._runner, job, None)
        verdicts = judge(lesson, assembly, events)
        found = judge_hidden(hidden.probes, events, hidden.right)
        tests = _tests(verdicts, found)
        fault = fault_of(events)
        return GradedNotebook(
            status=_status(tests, fault),
            tests=tests,
            seconds=round(time.monotonic() - began, 3),
            fault=fault or "",
            notes=matching.notes,
        )

    async def _hidden_tests(self, module: Module) -> _Hidden:
        """The module's hidden tests; the reference answers them once, in a kernel of its own."""
        if module.id not in self._hidden:
            lesson = self._lesson(module)
            ids = [exercise.id for exercise in lesson.exercises]
            own = self._settings.hidden.get(module.id)
            if own is None:
                probes = read_probes(module.folder / FILE_NAME, ids)
            else:
                probes = parse_probes(own, f"hidden tests of {module.id}", ids)
            right = await self._reference_answers(module, probes) if probes else {}
            self._hidden[module.id] = _Hidden(probes, right)
        return self._hidden[module.id]

    async def _reference_answers(
        self, module: Module, probes: tuple[ProbeSource, ...]
    ) -> dict[str, str]:
        lesson = self._lesson(module)
        solved = starter_notebook(lesson, reference_solutions(lesson))
        matching = match(lesson, parse_student_notebook(solved, module.id))
        assembly = assemble(lesson, matching, module.limits, with_tests=False)
        limit = module.limits.cell_seconds
        self._clean_folder()
        job = with_probes(job_of(assembly), probes, self._settings.seed, limit)
        right = answers(await collect(self._runner, job, None))
        missing = [probe.exercise_id for probe in probes if probe.exercise_id not in right]
        if missing:
            raise RuntimeError(
                f"the reference solution of {module.id} has no answer to the hidden tests of "
                f"{', '.join(missing)}: mend the probes"
            )
        return right

    def _lesson(self, module: Module) -> Lesson:
        if module.id not in self._lessons:
            self._lessons[module.id] = read_lesson(module)
        return self._lessons[module.id]

    def _clean_folder(self) -> None:
        """Nothing that a notebook leaves is seen by the next one, least of all a changed library.

        The folder itself stays: a kernel may wait in it.
        """
        for path in self._folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                remove_folder(path)
            else:
                path.unlink()
        for name, content in self._library.items():
            path = self._folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)


def _tests(verdicts: Iterable[Verdict], hidden: Iterable[HiddenVerdict]) -> tuple[GradedTest, ...]:
    """A test counts as passed where the hidden test of its exercise, if there is one, agrees."""
    by_exercise = {found.exercise_id: found for found in hidden}
    tests = []
    for verdict in verdicts:
        status, message = verdict.status, verdict.message
        found = by_exercise.get(verdict.exercise_id)
        if status is Status.PASSED and found is not None and found.status is not Status.PASSED:
            status, message = found.status, f"a hidden test of this exercise: {found.message}"
        tests.append(
            GradedTest(
                verdict.test_id,
                verdict.exercise_id,
                status.value,
                verdict.points,
                message,
                round(verdict.seconds, 4),
            )
        )
    return (*tests, *(_hidden_test(found) for found in by_exercise.values()))


def _hidden_test(found: HiddenVerdict) -> GradedTest:
    return GradedTest(
        f"hidden_{found.exercise_id}",
        found.exercise_id,
        found.status.value,
        0.0,  # the points are those of the test that it stands behind
        found.message,
        round(found.seconds, 4),
        is_hidden=True,
    )


def _status(tests: Iterable[GradedTest], fault: str | None) -> GradedStatus:
    statuses = [test.status for test in tests]
    if fault is not None:
        return GradedStatus.CRASHED
    if statuses and all(status == Status.PASSED.value for status in statuses):
        return GradedStatus.PASSED
    if Status.TIMED_OUT.value in statuses:
        return GradedStatus.TIMED_OUT
    return GradedStatus.FAILED
