"""What stands on the screen of a module, and the way around in it: lesson, exercise, tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from tinytutor.notebooks.lesson import Lesson
from tinytutor.progress.active_time import ActivityMeter
from tinytutor.progress.outcomes import TestStatus
from tinytutor.tui import text
from tinytutor.tui.commands import Place, bindings
from tinytutor.tui.module_state import ModuleState
from tinytutor.tui.notebook_link import NotebookLink
from tinytutor.tui.screens.card import CardDialog
from tinytutor.tui.screens.outline import OutlineDialog
from tinytutor.tui.settings import Settings
from tinytutor.tui.troubles import TROUBLES
from tinytutor.tui.widgets.exercise_pane import ExercisePane
from tinytutor.tui.widgets.key_bar import KeyBar
from tinytutor.tui.widgets.lesson_blocks import ExercisePointer
from tinytutor.tui.widgets.lesson_code import LessonMarkdown
from tinytutor.tui.widgets.lesson_pane import LessonPane
from tinytutor.tui.widgets.mistakes import Mistake
from tinytutor.tui.widgets.pane_tabs import PaneTabs
from tinytutor.tui.widgets.tests_pane import TestsPane, TestStrip
from tinytutor.tui.widgets.top_bar import TopBar, crumbs, share_bar
from tinytutor.tutor.tutor import Tutor

PANES = ("lesson", "exercise", "tests")
PANE_TITLES = dict(zip(PANES, (text.LESSON, text.EXERCISE, text.TESTS), strict=True))
_BAR_WIDTH = 8


class ModulePage(Screen[None]):
    """Shows a state; what commands do to it is decided in `module.ModuleScreen`."""

    CSS_PATH = "module.tcss"
    BINDINGS = bindings(Place.MODULE)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide"), (150, "-roomy")]
    AUTO_FOCUS = ""

    def __init__(self, tutor: Tutor, module_id: str, meter: ActivityMeter | None) -> None:
        super().__init__()
        self.module_id = module_id
        self.tutor = tutor
        self.meter = meter
        self.module = tutor.course.module(module_id)
        self.pane = "lesson"
        self.add_class("-at-lesson")
        self._state: ModuleState | None = None
        self._link = NotebookLink(tutor, self.module)

    # What is on screen

    def compose(self) -> ComposeResult:
        """Bar, three panes, keys; a notice in place of the panes while there is no lesson."""
        with Horizontal(id="head"):
            yield TopBar()
            yield PaneTabs(PANE_TITLES)
        yield Static(text.LOADING, id="notice", markup=False)
        with Horizontal(id="panes"):
            yield LessonPane(id="lesson")
            with Vertical(id="work"):
                yield ExercisePane(self._link, id="exercise")
                yield TestsPane(id="tests")
        yield KeyBar()

    def on_mount(self) -> None:
        """Opens the lesson."""
        self.query_one("#panes").display = False
        self.set_interval(1.0, self.draw_bar)
        self.draw_bar()
        self.open_lesson()

    def on_screen_resume(self) -> None:
        """The settings may be others than before."""
        self.exercise_pane.editor.soft_wrap = self.settings.soft_wrap
        self.exercise_pane.editor.close_pairs = self.settings.close_pairs

    def open_lesson(self) -> None:
        """Reads lesson and notebook in a thread: 0.3 s the first time."""
        self.query_one("#notice", Static).update(Content.styled(text.LOADING, "$text-muted"))
        self.run_worker(self._open(), group="open", exclusive=True, exit_on_error=False)

    async def _open(self) -> None:
        try:
            lesson = await asyncio.to_thread(self.tutor.lesson, self.module_id)
            await asyncio.to_thread(self._link.open)
            passed = self._passed_before(lesson)
            predictions = self.tutor.practice.predictions(self.module_id)
        except TROUBLES as problem:
            words = Content.assemble(
                (f"{problem}\n\n", "$text-warning"), (text.TRY_AGAIN, "$text-muted")
            )
            self.query_one("#notice", Static).update(words)
            return
        state = ModuleState(lesson, passed_before=passed)
        self.query_one("#notice").display = False
        self.query_one("#panes").display = True
        self.query_one(LessonPane).remember(predictions)
        self.become(state.first_to_do())
        self.go_to("lesson")
        self.opened()

    def opened(self) -> None:
        """The lesson is on screen."""

    def _passed_before(self, lesson: Lesson) -> frozenset[str]:
        outcomes = self.tutor.progress.of(self.module_id).outcomes
        passed = {i for i, outcome in outcomes.items() if outcome.status is TestStatus.PASSED}
        return frozenset(e.id for e in lesson.exercises if e.test.id in passed)

    @property
    def state(self) -> ModuleState | None:
        """What is shown; None before the lesson is there."""
        return self._state

    def save_last(self) -> None:
        """Saves at once what is unsaved, for when the terminal is gone."""
        self.exercise_pane.save_last()

    @property
    def exercise_pane(self) -> ExercisePane:
        """The editor with its link to the file."""
        return self.query_one(ExercisePane)

    @property
    def settings(self) -> Settings:
        """The student's choices."""
        found = getattr(self.app, "settings", None)
        return found if isinstance(found, Settings) else Settings()

    @property
    def confusion_place(self) -> tuple[str, str]:
        """Where the student is: exercise id or section title, and the same in words."""
        state = self._state
        if state is None:
            return self.module_id, self.module.title
        exercise = state.exercise
        if exercise is None or (self.pane == "lesson" and state.section.exercise_id is None):
            return state.section.title, state.section.title
        return exercise.id, exercise.title

    # Drawing

    def become(self, state: ModuleState) -> None:
        """Takes over a state and draws what is other in it."""
        before, self._state = self._state, state
        lesson = state.lesson
        if before is None or before.section_index != state.section_index:
            self.query_one(LessonPane).show(
                state.section, state.section_index + 1, len(lesson.sections), state.next_title
            )
        if before is None or before.exercise_index != state.exercise_index:
            self.exercise_pane.show(state.exercise, len(lesson.exercises))
            self.run_worker(
                self.tutor.runs.run_ahead(self.module_id, state.exercise_id),
                group="ahead",
                exclusive=True,
                exit_on_error=False,
            )
        tests = self.query_one(TestsPane)
        tests.show(state)
        if before is not None and before.exercise_id != state.exercise_id:
            tests.scroll_home_now()
        self.exercise_pane.editor.mark_line(state.marked_line)
        self.draw_bar()

    def change(self, how: Callable[[ModuleState], ModuleState]) -> None:
        """Draws what `how` makes of the state, if there is one."""
        if self._state is not None:
            self.become(how(self._state))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A mistake of ours ends a command, not the app."""
        if event.state is WorkerState.ERROR:
            self._mistake(Mistake(repr(event.worker.error)))

    @on(Mistake)
    def _mistake(self, event: Mistake) -> None:
        words = text.fault(event.words)
        if self._state is None:
            self.query_one("#notice", Static).update(Content.styled(words, "$text-error"))
        self.tell(words)

    def tell(self, problem: str) -> None:
        """Says above the results what went wrong."""
        self.change(lambda state: replace(state, problem=problem))

    def draw_bar(self) -> None:
        """Where you are and how far you are."""
        title = self.module.label
        parts: list[Content] = []
        if self.meter is not None and self.meter.paused:
            parts.append(Content.styled(text.IDLE, "$text-warning"))
        if (
            not self.has_class("-narrow")
            and self._state is not None
            and self._state.lesson.exercises
        ):
            passed, total = self._state.passed_count, len(self._state.lesson.exercises)
            bar = share_bar(passed / total, _BAR_WIDTH)
            parts.append(Content.assemble(bar, f"  {text.tests_passed(passed, total)}"))
        names = (title,) if self.has_class("-narrow") else (text.MAP, title)
        self.query_one(TopBar).show(left=crumbs(*names), right=Content("   ").join(parts))

    # Panes

    def go_to(self, pane: str) -> None:
        """Gives a pane the focus, and where room is scarce the room."""
        self._note_pane(pane)
        targets = {"exercise": "#editor", "tests": "#result-scroll"}
        self.query_one(targets.get(pane, f"#{pane}")).focus()

    @on(PaneTabs.Chosen)
    def _tab_clicked(self, event: PaneTabs.Chosen) -> None:
        if self._state is not None:
            self.go_to(event.pane)

    def _note_pane(self, pane: str) -> None:
        self.pane = pane
        for name in PANES:
            self.set_class(name == pane, f"-at-{name}")
        self.query_one(PaneTabs).show(pane)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The pane that holds the focus is the one at hand."""
        for node in event.widget.ancestors_with_self:
            if node.id in PANES and node.id != self.pane:
                self._note_pane(node.id)

    def on_resize(self) -> None:
        """The bar shows other things in a narrow window."""
        self.call_after_refresh(self.draw_bar)

    def action_next_pane(self) -> None:
        """Lesson, exercise, tests, and round again."""
        if self._state is not None:
            self.go_to(PANES[(PANES.index(self.pane) + 1) % len(PANES)])

    # The way around

    def action_section(self, direction: str) -> None:
        """The next or previous section; its exercise comes with it."""
        step = 1 if direction == "next" else -1
        self.change(lambda state: state.to_section(state.section_index + step))

    def action_exercise(self, direction: str) -> None:
        """The next or previous exercise; its section comes with it."""
        step = 1 if direction == "next" else -1
        self.change(lambda state: state.exercise_on(step))

    def action_outline(self) -> None:
        """Lists the sections and goes to the chosen one."""

        def go(index: int | None) -> None:
            if index is not None:
                self.change(lambda state: state.to_section(index))

        if self._state is not None:
            self.app.push_screen(OutlineDialog(self._state), go)

    def action_find_text(self) -> None:
        """Asks what to find in the editor."""
        if self._state is not None:
            self._note_pane("exercise")
            self.exercise_pane.find_text()

    @work(exclusive=True, group="names", exit_on_error=False)
    async def action_complete(self) -> None:
        """Completes the name before the cursor."""
        state, pane = self._state, self.exercise_pane
        if state is None or state.exercise is None or self.focused is not pane.editor:
            return
        position = pane.editor.cursor_location
        found = await self.tutor.names.complete(
            self.module_id, state.exercise_id, pane.texts(), position
        )
        if not found:
            self.notify(text.NO_COMPLETION, markup=False, timeout=2)
        pane.complete(found, position)

    @work(exclusive=True, group="names", exit_on_error=False)
    async def action_describe(self) -> None:
        """Shows what the name at the cursor is."""
        state, pane = self._state, self.exercise_pane
        if state is None or state.exercise is None or self.focused is not pane.editor:
            return
        words = await self.tutor.names.describe(
            self.module_id, state.exercise_id, pane.texts(), pane.editor.cursor_location
        )
        if not words:
            self.notify(text.NO_DESCRIPTION, markup=False, timeout=2)
            return
        title = words.split("\n")[0]
        self.app.push_screen(CardDialog(title, Static(Content(words), markup=False)))

    def action_quick_reference(self) -> None:
        """Shows the module's card."""
        if self._state is None:
            return
        for section in self._state.lesson.sections:
            if section.title.casefold() == text.QUICK_REFERENCE:
                words = "\n\n".join(cell.source for cell in section.cells if not cell.is_code)
                self.app.push_screen(CardDialog(self.module.label, LessonMarkdown(words)))
                return
        self.notify(text.NO_QUICK_REFERENCE, markup=False)

    def action_copy_code(self) -> None:
        """Copies the code of the lesson that is in sight."""
        source = self.query_one(LessonPane).code_in_sight()
        if source is None:
            self.notify(text.NO_CODE, markup=False)
            return
        self.app.copy_to_clipboard(source)
        first = source.strip().split("\n")[0]
        self.notify(f"{text.CODE_COPIED}: {first}", markup=False, timeout=2)

    @on(TestStrip.Chosen)
    def _chip_clicked(self, event: TestStrip.Chosen) -> None:
        self.change(lambda state: state.to_exercise(event.index))

    @on(ExercisePointer.Followed)
    def _pointer_clicked(self) -> None:
        self.go_to("exercise")

    @on(LessonPane.ReadOn)
    def _read_on(self) -> None:
        self.action_section("next")

    @on(ExercisePane.Typed)
    def _typed(self, event: ExercisePane.Typed) -> None:
        state = self._state
        if state is not None and (event.exercise_id not in state.outdated or state.said):
            self.become(replace(state.typed(event.exercise_id), said="", problem=""))
