"""Everything a student can do: the one object that both front ends stand on."""

from __future__ import annotations

from pathlib import Path

from tinytutor.curriculum import Course, Module
from tinytutor.curriculum.graph import unlocks
from tinytutor.notebooks.lesson import Lesson
from tinytutor.notebooks.library import reference_solutions
from tinytutor.progress.active_time import time_spent
from tinytutor.progress.events import (
    CodeSaved,
    ConfusionReported,
    Event,
    HintShown,
    ModuleReset,
    ModuleStarted,
    Overridden,
    SolutionShown,
)
from tinytutor.progress.metrics import Metrics, measure
from tinytutor.progress.state import Progress
from tinytutor.progress.store import ProgressStore
from tinytutor.progress.unlocking import (
    State,
    module_state,
    next_module,
)
from tinytutor.running.runner import Runner
from tinytutor.tutor.completion import Completer
from tinytutor.tutor.desk import Desk
from tinytutor.tutor.errors import LockedError
from tinytutor.tutor.hints import Hint, read_hints
from tinytutor.tutor.lessons import Lessons
from tinytutor.tutor.library import Library
from tinytutor.tutor.milestones import (
    MilestoneView,
    milestone_views,
)
from tinytutor.tutor.names import Names
from tinytutor.tutor.practice import Practice
from tinytutor.tutor.record import Record
from tinytutor.tutor.results import ModuleView
from tinytutor.tutor.runs import Runs
from tinytutor.tutor.sentences import sentence_for
from tinytutor.tutor.workspace import Workspace


class Tutor:
    """One student's workspace at work. Methods take milliseconds unless they say otherwise."""

    def __init__(self, workspace: Workspace):
        """Opens the store. Raises the errors of `ProgressStore.open`."""
        self.workspace = workspace
        self.course: Course = workspace.course
        self._lessons = Lessons(self.course, workspace.state_folder / "lessons")
        self._desk = Desk(workspace, self._lessons)
        self.store = ProgressStore.open(workspace.store_path)
        self._record = Record(self.store)
        library = Library(workspace, self._record)
        runner = Runner(workspace.folder)
        self.runs = Runs(workspace, runner, self._lessons, self._desk, self._record, library)
        self.names = Names(self._lessons, Completer(workspace.folder), runner.ask)
        self.practice = Practice(self.course, self._lessons, self.events, self._record.add)
        library.sync()

    # What stands where

    @property
    def progress(self) -> Progress:
        """The progress now, with what other programs have recorded meanwhile."""
        return self._record.progress

    def events(self) -> list[Event]:
        """All events of the store, in order."""
        return self._record.events()

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
                raise LockedError.of(self.course, progress, module_id, advice)
            self._record.add(Overridden(), module_id)
        if not path.exists():
            self._desk.put(module_id, {})
        if progress.of(module_id).started_at is None:
            self._record.add(ModuleStarted(), module_id)
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
            self._record.add(CodeSaved(notebook.code_sha256, outside=False), module_id)

    def diff(self, module_id: str) -> str:
        """The student's code against the starter, as a unified diff; empty where it is the same."""
        return self._desk.diff(module_id)

    def reset(self, module_id: str, exercise_id: str | None = None) -> Path | None:
        """Puts the starter back, of the module or of one exercise; returns the copy made."""
        if exercise_id is None:
            backup = self._desk.put(module_id, {})
        else:
            backup = self._desk.reset_exercise(module_id, exercise_id)
        self._record.add(ModuleReset(), module_id, exercise_id)
        return backup

    def undo_reset(self, module_id: str) -> bool:
        """Puts the newest copy of the notebook back; False where there is none."""
        return self._desk.undo_reset(module_id)

    def put_solutions(self, module_id: str) -> Path | None:
        """Puts the reference solutions into the notebook; returns the copy of what was there."""
        lesson = self.lesson(module_id)
        backup = self._desk.put(module_id, reference_solutions(lesson))
        if self.progress.of(module_id).started_at is None:
            self._record.add(ModuleStarted(), module_id)
        for exercise in lesson.exercises:
            self._record.add(SolutionShown(), module_id, exercise.id)
        return backup

    def milestones(self) -> tuple[MilestoneView, ...]:
        """What the student's library can do, can do soon, and has done."""
        return milestone_views(self.course, self.progress, self.events())

    async def close(self) -> None:
        """Ends worker and kernels and closes the store."""
        await self.runs.close()
        self.store.close()

    # Help

    def next_hint(self, module_id: str, exercise_id: str) -> Hint:
        """The next step of help, recorded; the last one again once all were shown."""
        self._desk.exercise(module_id, exercise_id)
        hints = read_hints(self.course.module(module_id), exercise_id)
        hint = hints[min(self.hints_shown(module_id, exercise_id), len(hints) - 1)]
        self._record.add(HintShown(hint.step), module_id, exercise_id)
        return hint

    def hints_shown(self, module_id: str, exercise_id: str) -> int:
        """How many steps of help the student has seen."""
        return self.progress.of(module_id).hints.get(exercise_id, 0)

    def solution(self, module_id: str, exercise_id: str) -> str:
        """The reference solution; recorded unless the module has passed."""
        self._desk.exercise(module_id, exercise_id)
        if self.progress.of(module_id).passed_at is None:
            self._record.add(SolutionShown(), module_id, exercise_id)
        return reference_solutions(self.lesson(module_id))[exercise_id]

    def report_confusion(self, module_id: str | None, place: str | None, text: str) -> None:
        """Keeps "I don't understand this", with its place; it stays in the workspace."""
        lesson = self.lesson(module_id) if module_id else None
        is_exercise = lesson is not None and place in {e.id for e in lesson.exercises}
        report = ConfusionReported(place or "", text)
        self._record.add(report, module_id, place if is_exercise else None)

    def record_activity(self, *events: Event) -> None:
        """Stores ticks of active time."""
        self.store.append(*events)

    # Inside

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
