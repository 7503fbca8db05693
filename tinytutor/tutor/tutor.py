"""Everything a student can do: the one object that both front ends stand on."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Mapping
from pathlib import Path

from tinytutor.curriculum import Course, Module
from tinytutor.curriculum.graph import ancestors, unlocks
from tinytutor.notebooks.assembly import assemble
from tinytutor.notebooks.lesson import Lesson
from tinytutor.notebooks.library import library_source, reference_solutions
from tinytutor.notebooks.reading import LessonError
from tinytutor.notebooks.student import NotebookUnreadableError, StudentNotebook
from tinytutor.progress.active_time import time_spent
from tinytutor.progress.errors import StoreError
from tinytutor.progress.events import (
    AttemptFinished,
    CodeSaved,
    ConfusionReported,
    Event,
    HintShown,
    ModulePassed,
    ModuleReset,
    ModuleStarted,
    Overridden,
    Recorded,
    SolutionShown,
)
from tinytutor.progress.metrics import Metrics, measure
from tinytutor.progress.state import Progress, fold, library_sources
from tinytutor.progress.store import ProgressStore
from tinytutor.progress.unlocking import (
    State,
    locked_reasons,
    locked_sentence,
    module_state,
    newly_unlocked,
    next_module,
)
from tinytutor.running.events import Question, RunEvent
from tinytutor.running.runner import Runner, job_of
from tinytutor.tutor.blame import Blame, find_blame, passes_with
from tinytutor.tutor.checking import (
    OnEvent,
    attempt_events,
    collect,
    problem_of,
    run_tests,
)
from tinytutor.tutor.completion import (
    Completer,
    Completion,
    code_before,
    line_at,
    with_live_names,
)
from tinytutor.tutor.desk import Desk
from tinytutor.tutor.errors import LockedError, NotStartedError
from tinytutor.tutor.hints import Hint, read_hints
from tinytutor.tutor.lessons import Lessons
from tinytutor.tutor.library import sync_library
from tinytutor.tutor.milestones import (
    MilestoneResult,
    MilestoneView,
    is_result,
    judge_milestone,
    milestone_job,
    milestone_views,
    recorded,
)
from tinytutor.tutor.practice import Practice
from tinytutor.tutor.recorded import RecordedRuns, fingerprint
from tinytutor.tutor.results import CheckResult, ModuleView
from tinytutor.tutor.sentences import sentence_for
from tinytutor.tutor.workspace import Workspace

Position = tuple[int, int]
"""Line and column in an exercise, from 0."""


class Tutor:
    """One student's workspace at work. Methods take milliseconds unless they say otherwise."""

    def __init__(self, workspace: Workspace):
        """Opens the store. Raises the errors of `ProgressStore.open`."""
        self.workspace = workspace
        self.course: Course = workspace.course
        self._lessons = Lessons(self.course, workspace.state_folder / "lessons")
        self._desk = Desk(workspace, self._lessons)
        self.store = ProgressStore.open(workspace.store_path)
        self._events: list[Event] = []
        self._progress = Progress()
        self._lock = threading.Lock()
        self._runner = Runner(workspace.folder)
        self._is_warm = False
        self._ahead: asyncio.Task[None] | None = None
        self._recorded_runs = RecordedRuns(workspace.state_folder / "runs")
        self.practice = Practice(self.course, self._lessons, self.events, self._record)
        self._completer = Completer(workspace.folder)
        self._sync_library()

    # What stands where

    @property
    def progress(self) -> Progress:
        """The progress now, with what other programs have recorded meanwhile."""
        with self._lock:
            self._catch_up()
            return self._progress

    def events(self) -> list[Event]:
        """All events of the store, in order."""
        with self._lock:
            self._catch_up()
            return list(self._events)

    def overview(self) -> tuple[ModuleView, ...]:
        """Every module of the course, in ascending number."""
        spent = time_spent(self.events())
        progress = self.progress
        return tuple(
            self._view(module, progress, spent.of(module.id).active_seconds)
            for module in self.course.modules
        )

    def view(self, module_id: str) -> ModuleView:
        """One module. Raises KeyError."""
        return next(view for view in self.overview() if view.module.id == module_id)

    def next_module(self) -> str | None:
        """What to do next; None when every module has passed."""
        return next_module(self.course, self.progress)

    def metrics(self) -> Metrics:
        """What the quality report asks to track, of this workspace."""
        return measure(self.course, self.events())

    # Lessons and notebooks

    def lesson(self, module_id: str) -> Lesson:
        """The lesson; 0.3 s for the first one. Raises LessonError, OSError."""
        return self._lessons.lesson(module_id)

    def start(self, module_id: str, *, override: bool = False) -> Path:
        """Puts the starter notebook into the workspace, unless one is there; returns its path.

        Raises LockedError unless `override`, which is recorded.
        """
        module = self.course.module(module_id)
        path = self._desk.path(module_id)
        progress = self.progress
        if module_state(self.course, progress, module_id) is State.LOCKED:
            if not override:
                advice = f"`tinytutor read {module.name}` shows it all the same."
                raise self._locked(module_id, progress, advice)
            self._record(Overridden(), module_id)
        if not path.exists():
            self._desk.put(module_id, {})
        if progress.of(module_id).started_at is None:
            self._record(ModuleStarted(), module_id)
        return path

    def sources(self, module_id: str) -> dict[str, str]:
        """Exercise id → the student's code; an exercise whose cell is gone is missing.

        Raises NotStartedError, NotebookUnreadableError.
        """
        return self._desk.sources(module_id)

    def save_source(self, module_id: str, exercise_id: str, source: str) -> None:
        """Writes one exercise's code into the notebook, whole or not at all."""
        if self._desk.save(module_id, exercise_id, source):
            notebook, _ = self._desk.read(module_id)
            self._record(CodeSaved(notebook.code_sha256, outside=False), module_id)

    def diff(self, module_id: str) -> str:
        """The student's code against the starter, as a unified diff; empty where it is the same."""
        return self._desk.diff(module_id)

    def reset(self, module_id: str, exercise_id: str | None = None) -> Path | None:
        """Puts the starter back, of the module or of one exercise; returns the copy made."""
        if exercise_id is None:
            backup = self._desk.put(module_id, {})
        else:
            backup = self._desk.reset_exercise(module_id, exercise_id)
        self._record(ModuleReset(), module_id, exercise_id)
        return backup

    def undo_reset(self, module_id: str) -> bool:
        """Puts the newest copy of the notebook back; False where there is none."""
        return self._desk.undo_reset(module_id)

    def put_solutions(self, module_id: str) -> Path | None:
        """Puts the reference solutions into the notebook; returns the copy of what was there."""
        lesson = self.lesson(module_id)
        backup = self._desk.put(module_id, reference_solutions(lesson))
        if self.progress.of(module_id).started_at is None:
            self._record(ModuleStarted(), module_id)
        for exercise in lesson.exercises:
            self._record(SolutionShown(), module_id, exercise.id)
        return backup

    # Running

    async def warm_up(self) -> None:
        """Gets a kernel ready for the next run, so that it begins at once."""
        await self._runner.warm_up(self.course.modules[0].limits.memory_mib)
        self._is_warm = True

    async def run_ahead(self, module_id: str, exercise_id: str) -> None:
        """Lets what stands before an exercise run, unasked, so that its verdict comes at once.

        Does nothing where that can't be, or nobody keeps a kernel warm.
        """
        if (
            self._is_warm
            and module_state(self.course, self.progress, module_id) is not State.LOCKED
        ):
            with contextlib.suppress(
                NotStartedError, NotebookUnreadableError, LessonError, OSError
            ):
                module = self.course.module(module_id)
                lesson = await asyncio.to_thread(self.lesson, module_id)
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

    async def run_experiment(
        self, module_id: str, cell_id: str, *, on_event: OnEvent | None = None
    ) -> str | None:
        """Runs an experiment after the code before it; what it shows comes as events.

        Returns what went wrong, None where nothing did.
        """
        module = self.course.module(module_id)
        lesson = await asyncio.to_thread(self.lesson, module_id)
        _, matching = self._desk.read(module_id)
        assembly = assemble(lesson, matching, module.limits, experiment=cell_id)
        events = await collect(self._runner, job_of(assembly), on_event)
        return problem_of(events, cell_id)

    async def blame(self, module_id: str, exercise_id: str) -> Blame:
        """Finds the module of the student's library that makes an exercise's test fail.

        Runs the test about as often as there are modules before; records nothing.
        """
        module, lesson = self.course.module(module_id), self.lesson(module_id)
        self._desk.exercise(module_id, exercise_id)
        _, matching = self._desk.read(module_id)
        assembly = assemble(lesson, matching, module.limits, up_to=exercise_id)
        written = library_sources(self.events())
        before = [self.lesson(i) for i in sorted(ancestors(self.course, module_id))]
        reference = {
            each.export_name: library_source(each, reference_solutions(each))
            for each in before
            if each.export_name in written
        }
        own = {name: written[name] for name in reference}
        names = {each.export_name: each.module_id for each in before}
        folder = self.workspace.state_folder
        passes = passes_with(self._runner, lesson, assembly, self.course.library, folder)
        return await find_blame(exercise_id, module_id, own, reference, names, passes)

    def milestones(self) -> tuple[MilestoneView, ...]:
        """What the student's library can do, can do soon, and has done."""
        return milestone_views(self.course, self.progress, self.events())

    async def run_milestone(
        self, milestone_id: str, *, seed: int = 0, on_event: OnEvent | None = None
    ) -> MilestoneResult:
        """Runs a milestone with the student's library and records what came of it.

        Cancelling the task ends the run, and nothing is recorded.
        Raises UnknownMilestoneError, LockedError.
        """
        milestone = self.course.milestone(milestone_id)
        view = next(v for v in self.milestones() if v.milestone.id == milestone_id)
        if view.missing:
            needed = ", ".join(view.missing)
            raise LockedError(
                f"{milestone.title!r} needs modules that have not passed: {needed}. "
                f"`tinytutor map` shows the way."
            )
        self._sync_library()

        def show(event: RunEvent) -> None:
            if on_event is not None and not is_result(event):
                on_event(event)

        events = await collect(self._runner, milestone_job(milestone, seed), show)
        result = judge_milestone(milestone, seed, events)
        self._record(recorded(result))
        return result

    async def close(self) -> None:
        """Ends worker and kernels and closes the store."""
        if self._ahead is not None:
            self._ahead.cancel()
        await self._runner.close()
        self.store.close()

    # Help

    def next_hint(self, module_id: str, exercise_id: str) -> Hint:
        """The next step of help, recorded; the last one again once all were shown."""
        self._desk.exercise(module_id, exercise_id)
        hints = read_hints(self.course.module(module_id), exercise_id)
        hint = hints[min(self.hints_shown(module_id, exercise_id), len(hints) - 1)]
        self._record(HintShown(hint.step), module_id, exercise_id)
        return hint

    def hints_shown(self, module_id: str, exercise_id: str) -> int:
        """How many steps of help the student has seen."""
        return self.progress.of(module_id).hints.get(exercise_id, 0)

    def solution(self, module_id: str, exercise_id: str) -> str:
        """The reference solution; recorded unless the module has passed."""
        self._desk.exercise(module_id, exercise_id)
        if self.progress.of(module_id).passed_at is None:
            self._record(SolutionShown(), module_id, exercise_id)
        return reference_solutions(self.lesson(module_id))[exercise_id]

    def report_confusion(self, module_id: str | None, place: str | None, text: str) -> None:
        """Keeps "I don't understand this", with its place; it stays in the workspace."""
        lesson = self.lesson(module_id) if module_id else None
        is_exercise = lesson is not None and place in {e.id for e in lesson.exercises}
        report = ConfusionReported(place or "", text)
        self._record(report, module_id, place if is_exercise else None)

    def record_activity(self, *events: Event) -> None:
        """Stores ticks of active time."""
        self.store.append(*events)

    async def complete(
        self, module_id: str, exercise_id: str, sources: Mapping[str, str], position: Position
    ) -> tuple[Completion, ...]:
        """Names that fit at a position of an exercise; up to seconds the first time.

        From reading the code, and from the kernel that has run what stands before the exercise:
        only that knows what a class has grown by.

        Args:
            module_id: of the module.
            exercise_id: of the exercise.
            sources: exercise id → code as it stands in the editor.
            position: line and column, from 0.
        """
        source = sources[exercise_id]
        lesson = await asyncio.to_thread(self.lesson, module_id)
        before = code_before(lesson, exercise_id, sources)
        read = await asyncio.to_thread(self._completer.complete, before, source, position)
        line, cursor = line_at(source, position)
        return with_live_names(read, line[:cursor], await self._runner.ask(Question(line, cursor)))

    async def describe(
        self, module_id: str, exercise_id: str, sources: Mapping[str, str], position: Position
    ) -> str:
        """What the name at a position is: signature and docstring; arguments as `complete` has."""
        source = sources[exercise_id]
        lesson = await asyncio.to_thread(self.lesson, module_id)
        before = code_before(lesson, exercise_id, sources)
        read = await asyncio.to_thread(self._completer.describe, before, source, position)
        if read:
            return read
        return "".join(await self._runner.ask(Question(*line_at(source, position), describe=True)))

    # Inside

    async def _run(
        self,
        module_id: str,
        exercise_id: str | None,
        on_event: OnEvent | None,
        *,
        fresh: bool,
    ) -> CheckResult:
        module, before = self.course.module(module_id), self.progress
        if module_state(self.course, before, module_id) is State.LOCKED:
            advice = (
                f"Its tests need your {self.course.library} library; `tinytutor map` shows the way."
            )
            raise self._locked(module_id, before, advice)
        self._desk.require(module_id)
        await self._runner.prepare(module.limits.memory_mib)
        # In a thread: parsing takes 0.3 s the first time, and the kernel starts meanwhile.
        lesson = await asyncio.to_thread(self.lesson, module_id)
        if exercise_id is not None:
            self._desk.exercise(module_id, exercise_id)
        notebook, matching = self._desk.read(module_id)
        assembly = assemble(lesson, matching, module.limits, up_to=exercise_id)
        self._note_outside_save(module_id, notebook)
        self._sync_library()
        wanted = fingerprint(assembly, self._library_files(module_id))
        recorded_run = self._recorded_runs.find(module_id, exercise_id, wanted, self.events())
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
                course_version=self.course.version,
            )
            self.store.append(*events)
            written = self._sync_library()
            with contextlib.suppress(OSError):  # only a cache: the attempt itself is recorded
                self._recorded_runs.keep(module_id, exercise_id, wanted, events[0], outcome)
        after = self.progress
        whole_pass = outcome.passed and exercise_id is None
        if whole_pass:
            # The pass is recorded: that its copy can't be written must not look like a failure.
            with contextlib.suppress(StoreError, OSError):
                self.store.back_up()
        return CheckResult(
            module_id=module_id,
            exercise_id=exercise_id,
            passed=outcome.passed,
            verdicts=outcome.verdicts,
            newly_unlocked=newly_unlocked(self.course, before, after),
            seconds=outcome.seconds,
            notebook_sha256=notebook.code_sha256,
            notes=matching.notes,
            library_file=next(iter(written), None) if whole_pass else None,
            first_pass=whole_pass and before.of(module_id).passed_at is None,
            fault=outcome.fault,
        )

    def _note_outside_save(self, module_id: str, notebook: StudentNotebook) -> None:
        """Records that another editor wrote the notebook: only so is time spent there known."""
        for event in reversed(self.events()):
            if event.module_id == module_id and isinstance(event.what, CodeSaved):
                before = event.what.code_sha256
                break
            if event.module_id == module_id and isinstance(event.what, AttemptFinished):
                before = event.what.notebook_sha256
                break
        else:
            before = self._desk.starter_sha256(module_id)
        if notebook.code_sha256 != before:
            self._record(CodeSaved(notebook.code_sha256, outside=True), module_id)

    def _catch_up(self) -> None:
        """Reads what is new in the store. The lock is held."""
        if self.store.last_sequence() > self._progress.last_sequence:
            new = self.store.events(self._progress.last_sequence)
            self._events.extend(new)
            self._progress = fold(new, self._progress)

    def _sync_library(self) -> list[Path]:
        return sync_library(self.workspace, library_sources(self.events()))

    def _library_files(self, module_id: str) -> list[Path]:
        """What a module may import; what it writes itself, and what later ones write, is not."""
        needed = ancestors(self.course, module_id)
        others = {
            f"{event.what.export_name}.py"
            for event in self.events()
            if isinstance(event.what, ModulePassed) and event.module_id not in needed
        }
        files = self.workspace.library_folder.glob("*.py")
        return [path for path in files if path.name not in others]

    def _locked(self, module_id: str, progress: Progress, advice: str) -> LockedError:
        reasons = locked_reasons(self.course, progress)[module_id]
        return LockedError(f"{locked_sentence(self.course, module_id, reasons)} {advice}")

    def _record(
        self, what: Recorded, module_id: str | None = None, exercise_id: str | None = None
    ) -> None:
        self.store.append(Event(what, module_id=module_id, exercise_id=exercise_id))

    def _view(self, module: Module, progress: Progress, seconds: float) -> ModuleView:
        known = progress.of(module.id)
        now = self._lessons.tests_sha256(module.id) if known.passed_at else None
        state = module_state(self.course, progress, module.id, now)
        missing = progress.unpassed(module.required_ids)
        opens = unlocks(self.course, module.id)
        tests = (known.tests_passed, known.tests_total)
        return ModuleView(
            module=module,
            state=state,
            missing=missing,
            unlocks=opens,
            tests_passed=tests[0],
            tests_total=tests[1],
            active_seconds=seconds,
            attempts=known.attempts,
            passed_at=known.passed_at,
            sentence=sentence_for(self.course, module, state, missing, opens, tests),
        )
