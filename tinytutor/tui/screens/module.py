"""The screen of a module: what its commands do."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace

from textual import on, work
from textual.content import Content
from textual.widgets import Input
from textual.worker import Worker

from tinytutor.progress.active_time import ActivityMeter
from tinytutor.progress.events import ActivitySource
from tinytutor.running.events import RunEvent
from tinytutor.tui import text
from tinytutor.tui.module_state import ModuleState
from tinytutor.tui.performing import Ended, perform
from tinytutor.tui.result_content import run_line, summary
from tinytutor.tui.runs import Run, RunKind
from tinytutor.tui.screens.celebration import Celebration, Pass
from tinytutor.tui.screens.dialogs import Choice
from tinytutor.tui.screens.module_page import ModulePage
from tinytutor.tui.screens.puzzle import PuzzleDialog
from tinytutor.tui.screens.solution import SolutionScreen
from tinytutor.tui.troubles import TROUBLES
from tinytutor.tui.widgets.exercise_pane import ExercisePane
from tinytutor.tui.widgets.lesson_blocks import ExperimentBlock, PredictionBlock
from tinytutor.tui.widgets.lesson_pane import LessonPane
from tinytutor.tui.widgets.tests_pane import TestsPane
from tinytutor.tutor.hints import read_hints
from tinytutor.tutor.results import CheckResult
from tinytutor.tutor.tutor import Tutor

_DRAW_SECONDS = 0.1


class ModuleScreen(ModulePage):
    """A module at work: runs, help, saving, leaving."""

    def __init__(
        self,
        tutor: Tutor,
        module_id: str,
        *,
        meter: ActivityMeter | None = None,
        check_at_once: bool = False,
    ) -> None:
        super().__init__(tutor, module_id, meter)
        self._check_at_once = check_at_once
        self._run: Run | None = None
        """The run under way; the state on screen follows it ten times a second."""
        self._runner: Worker[None] | None = None
        self._judged_texts: dict[str, str] = {}
        """The code that the run was given."""
        self._from_record = ""
        """What was asked for last, if its answer was that of an earlier run."""

    def on_mount(self) -> None:
        """A run draws itself at a steady pace, however fast its events come."""
        self.set_interval(_DRAW_SECONDS, self._draw_run)

    def opened(self) -> None:
        """The lesson is on screen."""
        if self._check_at_once:
            self.action_check_module()

    # Running

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self._run is not None

    def action_run_tests(self) -> None:
        """Runs the tests of the exercise in the editor."""
        if self.state is None:
            self.open_lesson()
        elif self.state.exercise is not None:
            self._start(RunKind.EXERCISE, self.state.exercise_id)

    def action_check_module(self) -> None:
        """Runs all tests of the module."""
        self._start(RunKind.MODULE, self.module_id)

    def action_experiment(self) -> None:
        """Runs the experiment of the section on screen, the one in sight where it has several."""
        if self.state is None:
            return
        lesson = self.query_one(LessonPane)
        if lesson.waits:
            self.notify(text.PREDICT_FIRST, markup=False)
            lesson.ask()
            return
        cell_id = lesson.experiment_in_sight(self.state.experiments)
        if cell_id is None:
            self.notify(text.NO_EXPERIMENT, markup=False)
        else:
            self._start(RunKind.EXPERIMENT, cell_id)

    @on(ExperimentBlock.Wanted)
    def _experiment_clicked(self, event: ExperimentBlock.Wanted) -> None:
        self._start(RunKind.EXPERIMENT, event.cell_id)

    def _start(self, kind: RunKind, target: str) -> None:
        state = self.state
        if state is None:
            return
        if self._run is not None:
            self.notify(text.RUN_BUSY, markup=False)
            return
        self._run = Run(
            kind,
            target,
            state.tests_of(kind, target),
            time.monotonic(),
            watched=state.watched(kind, target),
        )
        self.become(state.started(self._run))
        if self.has_class("-narrow") and kind is not RunKind.EXPERIMENT and self.pane == "lesson":
            self.go_to("tests")
        self._runner = self.run_worker(self._perform(self._run), group="run", exit_on_error=False)

    async def _perform(self, run: Run) -> None:
        if self.meter is not None:
            self.meter.run_started()
        ended = Ended()
        try:
            if await self.exercise_pane.settle():
                self._judged_texts = self.exercise_pane.texts()
                # Asked once more after an answer from the record: then it is really to run.
                fresh = run.target == self._from_record
                ended = await perform(
                    self.tutor, self.module_id, run, self._take_event, fresh=fresh
                )
                recorded = ended.result is not None and ended.result.recorded_at is not None
                self._from_record = run.target if recorded else ""
            else:
                ended = Ended(problem=text.RUN_UNSAVED)
        except asyncio.CancelledError:
            ended = Ended(problem=text.RUN_CANCELLED)
            raise
        finally:
            if self.meter is not None:
                self.meter.run_ended()
            if self.is_attached:
                self._end(run, ended)
            else:
                self._run = None

    def _take_event(self, event: RunEvent) -> None:
        if self._run is not None:
            self._run = self._run.after(event, time.monotonic())

    def _end(self, run: Run, ended: Ended) -> None:
        last, self._run, self._runner = self._run or run, None, None
        self.query_one(TestsPane).show_run(None)
        state = self.state
        if state is None:
            return
        result = ended.result
        self._show_outputs(last, ended.problem)
        if run.kind is RunKind.EXPERIMENT:
            self.query_one(LessonPane).show_run(run.target, None)
            self.become(state.stopped(""))
        elif result is None:
            self.become(state.stopped(ended.problem))
        else:
            self._judge(state, result, ended.problem)
        self.query_one(TestsPane).scroll_home_now()

    def _judge(self, state: ModuleState, result: CheckResult, problem: str) -> None:
        now = self.exercise_pane.texts()
        edited = [name for name, source in now.items() if source != self._judged_texts.get(name)]
        state = state.judged(result.verdicts, summary(result), problem, edited)
        if result.exercise_id is None and not result.passed:
            state = state.to_first_failure()
        self.become(self._with_offers(state))
        if result.first_pass and self.settings.celebrate:
            self._celebrate(result)

    def _draw_run(self) -> None:
        run, state = self._run, self.state
        if run is None or state is None:
            return
        elapsed = time.monotonic() - run.started
        line = run_line(state, run, elapsed)
        if run.kind is RunKind.EXPERIMENT:
            self.query_one(LessonPane).show_run(run.target, line)
        else:
            self.query_one(TestsPane).show_run(line)
        if run != state.run:
            self.become(replace(state, run=run))
            if run.kind is RunKind.EXPERIMENT:
                self._show_outputs(run, "")
        elif run.kind is RunKind.MODULE:
            # The test that runs counts up.
            self.query_one(TestsPane).show(state)

    def _show_outputs(self, run: Run, problem: str) -> None:
        lesson = self.query_one(LessonPane)
        experiment = run.target if run.kind is RunKind.EXPERIMENT else ""
        for cell_id, outputs in run.outputs.items():
            if cell_id != experiment:
                lesson.show_output(cell_id, (outputs, ""))
        if experiment:
            lesson.show_output(experiment, (run.outputs.get(experiment, ()), problem))

    def _celebrate(self, result: CheckResult) -> None:
        view = self.tutor.view(self.module_id)
        titles = [self.tutor.course.module(i) for i in result.newly_unlocked]
        file = result.library_file
        told = Pass(
            title=self.module.label,
            unlocked=[module.label for module in titles],
            active_seconds=view.active_seconds,
            attempts=view.attempts,
            tests=len(result.verdicts),
            library_file=f"{file.parent.name}/{file.name}" if file else "",
            everything=self.tutor.next_module() is None,
        )

        def go_on(to_map: bool | None) -> None:
            if to_map:
                self._leave()

        self.app.push_screen(Celebration(told), go_on)

    def _with_offers(self, state: ModuleState) -> ModuleState:
        """With what there is to help after a failure."""
        offered = False
        with contextlib.suppress(*TROUBLES):
            # What is wrong with a puzzle is told to whoever asks for it.
            offered = self.tutor.practice.offers_puzzle(self.module_id, state.exercise_id)
        return replace(state, offers_puzzle=offered, has_earlier=bool(self.module.requires))

    # Help

    @on(PredictionBlock.Answered)
    def _predicted(self, event: PredictionBlock.Answered) -> None:
        if event.words:
            try:
                self.tutor.practice.predict(self.module_id, event.cell_id, event.words)
            except TROUBLES as problem:
                self.tell(str(problem))

    def action_puzzle(self) -> None:
        """Gives the lines of the exercise's core, to be put in order."""
        state = self.state
        if state is None or state.exercise is None:
            return
        try:
            puzzle = self.tutor.practice.puzzle(self.module_id, state.exercise_id)
        except TROUBLES as problem:
            self.tell(str(problem))
            return
        if puzzle is None:
            self.notify(text.PUZZLE_NONE, markup=False)
            return

        def judge(order: Sequence[str]) -> int | None:
            return self.tutor.practice.try_puzzle(self.module_id, puzzle, order)

        self.app.push_screen(PuzzleDialog(state.exercise.title, puzzle, judge))

    def action_traceback(self) -> None:
        """Unfolds the traceback, or folds it."""
        self.change(lambda state: replace(state, unfolded=not state.unfolded))

    def action_blame(self) -> None:
        """Looks for the module of the student's library that the failure comes from."""
        state = self.state
        if state is None or state.exercise is None:
            return
        if self._runner is not None:
            self.notify(text.RUN_BUSY, markup=False)
            return
        self._runner = self.run_worker(
            self._find_blame(state.exercise_id), group="run", exit_on_error=False
        )

    async def _find_blame(self, exercise_id: str) -> None:
        tests = self.query_one(TestsPane)
        line = text.running(text.BLAME_SEARCHING, 0, 0, 0.0)
        tests.show_run(Content.styled(line, "$text-accent"))
        if self.meter is not None:
            self.meter.run_started()
        try:
            await self.exercise_pane.settle()
            blame = await self.tutor.runs.blame(self.module_id, exercise_id)
        except TROUBLES as problem:
            self.tell(str(problem))
        else:
            earlier = [self.tutor.course.module(i).label for i in blame.module_ids]
            own = blame.module_ids == (self.module_id,)
            found = text.BLAME_HERE if own else text.blamed(earlier)
            said = text.BLAME_NOTHING if blame.passes else found
            self.change(lambda state: replace(state, said=said, problem=""))
        finally:
            self._runner = None
            if self.meter is not None:
                self.meter.run_ended()
            if self.is_attached:
                tests.show_run(None)
                tests.scroll_home_now()

    def action_hint(self) -> None:
        """Shows the next hint, and those seen before it."""
        state = self.state
        if state is None or state.exercise is None:
            return
        exercise_id = state.exercise_id
        try:
            hint = self.tutor.next_hint(self.module_id, exercise_id)
            shown = read_hints(self.module, exercise_id)[: hint.step]
        except TROUBLES as problem:
            self.tell(str(problem))
            return
        self.become(state.hinted(exercise_id, shown))
        if self.has_class("-narrow"):
            self.go_to("tests")
        self.query_one(TestsPane).scroll_to_end()

    @work(exit_on_error=False)
    async def action_solution(self) -> None:
        """Shows the reference beside the student's code; before a pass it asks first."""
        state = self.state
        if state is None or state.exercise is None:
            return
        exercise = state.exercise
        if state.status(exercise) != "passed":
            choice = Choice(
                text.SOLUTION_TITLE, text.SOLUTION_QUESTION, no=text.NO, yes=text.SOLUTION_YES
            )
            if not await self.app.push_screen_wait(choice):
                return
        try:
            reference = self.tutor.solution(self.module_id, exercise.id)
        except TROUBLES as problem:
            self.tell(str(problem))
            return
        self.app.push_screen(
            SolutionScreen(exercise.title, self.exercise_pane.editor.text, reference)
        )

    @work(exit_on_error=False)
    async def action_reset(self) -> None:
        """Puts the starter of this exercise back, after a question."""
        state = self.state
        if state is None or state.exercise is None:
            return
        exercise_id = state.exercise_id
        choice = Choice(text.RESET_TITLE, text.RESET_QUESTION, no=text.NO, yes=text.RESET_YES)
        if not await self.app.push_screen_wait(choice):
            return
        try:
            await self.exercise_pane.settle()
            await asyncio.to_thread(self.tutor.reset, self.module_id, exercise_id)
            await self.exercise_pane.read_again()
        except TROUBLES as problem:
            self.tell(str(problem))
            return
        self.change(lambda now: now.typed(exercise_id))
        self.notify(text.RESET_DONE, markup=False)

    @work(exit_on_error=False)
    async def action_undo_reset(self) -> None:
        """Puts back what the last reset took away."""
        if self.state is None:
            return
        try:
            await self.exercise_pane.settle()
            done = await asyncio.to_thread(self.tutor.undo_reset, self.module_id)
            await self.exercise_pane.read_again()
        except TROUBLES as problem:
            self.tell(str(problem))
            return
        self.change(lambda now: now.typed(now.exercise_id) if done else now)
        self.notify(text.UNDO_DONE if done else text.UNDO_NONE, markup=False)

    # The notebook file

    @on(ExercisePane.ChangedOutside)
    def _changed_outside(self, event: ExercisePane.ChangedOutside) -> None:
        state = self.state
        if state is None:
            return
        if self.meter is not None:
            self.meter.input(ActivitySource.SAVE)
        for exercise_id in event.exercise_ids:
            state = state.typed(exercise_id)
        if state.exercise_id not in event.exercise_ids:
            state = state.to_exercise(state.index_of(event.exercise_ids[0]))
        self.become(state)
        self.notify(text.OUTSIDE_LOADED, markup=False)
        if self.settings.run_on_outside_save and self._run is None:
            self.action_run_tests()

    @on(ExercisePane.Conflict)
    @work(exit_on_error=False)
    async def _conflict(self, event: ExercisePane.Conflict) -> None:
        self.change(lambda state: state.to_exercise(state.index_of(event.exercise_id)))
        choice = Choice(
            text.OUTSIDE_TITLE, text.OUTSIDE_QUESTION, no=text.KEEP_MINE, yes=text.TAKE_THEIRS
        )
        theirs = await self.app.push_screen_wait(choice)
        self.exercise_pane.resolve(keep_mine=not theirs)

    @on(ExercisePane.Trouble)
    def _trouble(self, event: ExercisePane.Trouble) -> None:
        words = text.not_saved(event.words) if event.unsaved else event.words
        self.tell(words)

    # Leaving

    @work(exclusive=True, group="leave", exit_on_error=False)
    async def action_leave(self) -> None:
        """Stops a run; else leaves the editor; else goes back to the map."""
        if self._runner is not None:
            self._runner.cancel()
        elif self.exercise_pane.close_help():
            self.go_to("exercise")
        elif self.state is not None and (self.pane != "lesson" or isinstance(self.focused, Input)):
            self.go_to("lesson")
        elif await self.may_leave():
            self._leave()

    async def may_leave(self) -> bool:
        """Saves; where that fails, the student decides. To be called in a worker."""
        pane = self.exercise_pane
        if await pane.settle() or not pane.failing:
            # Two texts that wait for a decision are both kept when the app ends.
            return True
        return await self.app.push_screen_wait(
            Choice(text.LEAVE_TITLE, text.LEAVE_QUESTION, no=text.LEAVE_NO, yes=text.LEAVE_YES)
        )

    def _leave(self) -> None:
        if self.is_current:
            self.app.pop_screen()
