"""Runs what a student has written, and records what came of it."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from tinytutor.curriculum.graph import ancestors
from tinytutor.notebooks.assembly import assemble
from tinytutor.notebooks.library import library_source, reference_solutions
from tinytutor.notebooks.reading import LessonError
from tinytutor.notebooks.student import NotebookUnreadableError, StudentNotebook
from tinytutor.progress.errors import StoreError
from tinytutor.progress.events import AttemptFinished, CodeSaved
from tinytutor.progress.state import library_sources
from tinytutor.progress.unlocking import State, module_state, newly_unlocked
from tinytutor.running.events import RunEvent
from tinytutor.running.runner import Runner, job_of
from tinytutor.tutor.blame import Blame, find_blame, passes_with
from tinytutor.tutor.checking import (
    OnEvent,
    attempt_events,
    collect,
    problem_of,
    run_tests,
)
from tinytutor.tutor.desk import Desk
from tinytutor.tutor.errors import LockedError, NotStartedError
from tinytutor.tutor.lessons import Lessons
from tinytutor.tutor.library import Library
from tinytutor.tutor.milestones import (
    MilestoneResult,
    is_result,
    judge_milestone,
    milestone_job,
    milestone_views,
    recorded,
)
from tinytutor.tutor.record import Record
from tinytutor.tutor.recorded_runs import RecordedRuns, fingerprint
from tinytutor.tutor.results import CheckResult
from tinytutor.tutor.workspace import Workspace


class Runs:
    """Runs of one workspace's cells, one at a time."""

    def __init__(
        self,
        workspace: Workspace,
        runner: Runner,
        lessons: Lessons,
        desk: Desk,
        record: Record,
        library: Library,
    ):
        self._workspace = workspace
        self._course = workspace.course
        self._runner = runner
        self._lessons = lessons
        self._desk = desk
        self._record = record
        self._library = library
        self._recorded_runs = RecordedRuns(workspace.state_folder / "runs")
        self._is_warm = False
        self._ahead: asyncio.Task[None] | None = None

    async def warm_up(self) -> None:
        """Gets a kernel ready for the next run, so that it begins at once."""
        await self._runner.warm_up(self._course.modules[0].limits.memory_mib)
        self._is_warm = True

    async def run_ahead(self, module_id: str, exercise_id: str) -> None:
        """Lets what stands before an exercise run, unasked, so that its verdict comes at once.

        Does nothing where that can't be, or nobody keeps a kernel warm.
        """
        if (
            self._is_warm
            and module_state(self._course, self._record.progress, module_id) is not State.LOCKED
        ):
            with contextlib.suppress(
                NotStartedError, NotebookUnreadableError, LessonError, OSError
            ):
                module = self._course.module(module_id)
                lesson = await asyncio.to_thread(self._lessons.lesson, module_id)
                _, matching = self._desk.read(module_id)
                assembly = assemble(lesson, matching, module.limits, before=exercise_id)
                await self._runner.run_ahead(job_of(assembly))

    async def check(
        self, module_id: str, *, on_event: OnEvent | None = None, fresh: bool = False
    ) -> CheckResult:
        """Runs all tests of a module in a clean kernel and records what came of it.

        Where nothing has changed since they ran last, the answer is that run's, unless `fresh`.
        Cancelling the task ends the run, and nothing is recorded.
        Raises LockedError, NotStartedError, NotebookUnreadableError.
        """
        return await self._run(module_id, None, on_event, fresh=fresh)

    async def try_exercise(
        self,
        module_id: str,
        exercise_id: str,
        *,
        on_event: OnEvent | None = None,
        fresh: bool = False,
    ) -> CheckResult:
        """Runs one exercise's test after the code that stands before it; otherwise as `check`."""
        result = await self._run(module_id, exercise_id, on_event, fresh=fresh)
        # Not awaited: the verdict is there.
        self._ahead = asyncio.create_task(self.run_ahead(module_id, exercise_id))
        return result

    async def experiment(
        self, module_id: str, cell_id: str, *, on_event: OnEvent | None = None
    ) -> str | None:
        """Runs an experiment after the code before it; what it shows comes as events.

        Returns what went wrong, None where nothing did.
        """
        module = self._course.module(module_id)
        lesson = await asyncio.to_thread(self._lessons.lesson, module_id)
        _, matching = self._desk.read(module_id)
        assembly = assemble(lesson, matching, module.limits, experiment=cell_id)
        events = await collect(self._runner, job_of(assembly), on_event)
        return problem_of(events, cell_id)

    async def blame(self, module_id: str, exercise_id: str) -> Blame:
        """Finds the module of the student's library that makes an exercise's test fail.

        Runs the test about as often as there are modules before; records nothing.
        """
        module, lesson = self._course.module(module_id), self._lessons.lesson(module_id)
        self._desk.exercise(module_id, exercise_id)
        _, matching = self._desk.read(module_id)
        assembly = assemble(lesson, matching, module.limits, up_to=exercise_id)
        written = library_sources(self._record.events())
        before = [self._lessons.lesson(i) for i in sorted(ancestors(self._course, module_id))]
        reference = {
            each.export_name: library_source(each, reference_solutions(each))
            for each in before
            if each.export_name in written
        }
        own = {name: written[name] for name in reference}
        names = {each.export_name: each.module_id for each in before}
        folder = self._workspace.state_folder
        passes = passes_with(self._runner, lesson, assembly, self._course.library, folder)
        return await find_blame(exercise_id, module_id, own, reference, names, passes)

    async def milestone(
        self, milestone_id: str, *, seed: int = 0, on_event: OnEvent | None = None
    ) -> MilestoneResult:
        """Runs a milestone with the student's library and records what came of it.

        Cancelling the task ends the run, and nothing is recorded.
        Raises UnknownMilestoneError, LockedError.
        """
        milestone = self._course.milestone(milestone_id)
        views = milestone_views(self._course, self._record.progress, self._record.events())
        view = next(view for view in views if view.milestone.id == milestone_id)
        if view.missing:
            needed = ", ".join(view.missing)
            raise LockedError(
                f"{milestone.title!r} needs modules that have not passed: {needed}. "
                f"`tinytutor map` shows the way."
            )
        self._library.sync()

        def show(event: RunEvent) -> None:
            if on_event is not None and not is_result(event):
                on_event(event)

        events = await collect(self._runner, milestone_job(milestone, seed), show)
        result = judge_milestone(milestone, seed, events)
        self._record.add(recorded(result))
        return result

    async def close(self) -> None:
        """Ends worker and kernels."""
        if self._ahead is not None:
            self._ahead.cancel()
        await self._runner.close()

    async def _run(
        self,
        module_id: str,
        exercise_id: str | None,
        on_event: OnEvent | None,
        *,
        fresh: bool,
    ) -> CheckResult:
        module, before = self._course.module(module_id), self._record.progress
        if module_state(self._course, before, module_id) is State.LOCKED:
            library = self._course.library
            advice = f"Its tests need your {library} library; `tinytutor map` shows the way."
            raise LockedError.of(self._course, before, module_id, advice)
        self._desk.require(module_id)
        await self._runner.prepare(module.limits.memory_mib)
        # In a thread: parsing takes 0.3 s the first time, and the kernel starts meanwhile.
        lesson = await asyncio.to_thread(self._lessons.lesson, module_id)
        if exercise_id is not None:
            self._desk.exercise(module_id, exercise_id)
        notebook, matching = self._desk.read(module_id)
        assembly = assemble(lesson, matching, module.limits, up_to=exercise_id)
        self._note_outside_save(module_id, notebook)
        self._library.sync()
        wanted = fingerprint(assembly, self._library.files_for(module_id))
        recorded_run = self._recorded_runs.find(
            module_id, exercise_id, wanted, self._record.events()
        )
        if recorded_run is not None and not fresh:
            return CheckResult.of_recorded_run(
                recorded_run.verdicts,
                recorded_run.at,
                module_id=module_id,
                exercise_id=exercise_id,
                notebook_sha256=notebook.code_sha256,
                notes=matching.notes,
            )
        outcome = await run_tests(self._runner, lesson, assembly, on_event)
        written: list[Path] = []
        if outcome.ran:
            events = attempt_events(
                module,
                lesson,
                matching,
                outcome,
                exercise_id=exercise_id,
                notebook_sha256=notebook.code_sha256,
                course_version=self._course.version,
            )
            self._record.store.append(*events)
            written = self._library.sync()
            with contextlib.suppress(OSError):  # only a cache: the attempt itself is recorded
                self._recorded_runs.keep(module_id, exercise_id, wanted, events[0], outcome)
        after = self._record.progress
        whole_pass = outcome.passed and exercise_id is None
        if whole_pass:
            # The pass is recorded: that its copy can't be written must not look like a failure.
            with contextlib.suppress(StoreError, OSError):
                self._record.store.back_up()
        return CheckResult(
            module_id=module_id,
            exercise_id=exercise_id,
            passed=outcome.passed,
            verdicts=outcome.verdicts,
            newly_unlocked=newly_unlocked(self._course, before, after),
            seconds=outcome.seconds,
            notebook_sha256=notebook.code_sha256,
            notes=matching.notes,
            library_file=next(iter(written), None) if whole_pass else None,
            first_pass=whole_pass and before.of(module_id).passed_at is None,
            fault=outcome.fault,
        )

    def _note_outside_save(self, module_id: str, notebook: StudentNotebook) -> None:
        """Records that another editor wrote the notebook: only so is time spent there known."""
        for event in reversed(self._record.events()):
            if event.module_id == module_id and isinstance(event.what, CodeSaved):
                before = event.what.code_sha256
                break
            if event.module_id == module_id and isinstance(event.what, AttemptFinished):
                before = event.what.notebook_sha256
                break
        else:
            before = self._desk.starter_sha256(module_id)
        if notebook.code_sha256 != before:
            self._record.add(CodeSaved(notebook.code_sha256, outside=True), module_id)
