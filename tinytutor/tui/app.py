"""The terminal app: one tutor, one meter of active time, and the screens over them."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import threading
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.screen import Screen
from textual.worker import Worker

from tinytutor.cohort.folders import cohorts_near
from tinytutor.curriculum import Course
from tinytutor.progress.active_time import ActivityMeter
from tinytutor.progress.errors import StoreError
from tinytutor.progress.events import Event
from tinytutor.tui import glyphs, text
from tinytutor.tui.commands import COMMANDS, Place, bindings, short_key
from tinytutor.tui.garbage import QuietCollector
from tinytutor.tui.screens.map import MapScreen
from tinytutor.tui.settings import Settings, load_settings, save_settings, settings_file
from tinytutor.tui.themes import DARK, OURS
from tinytutor.tui.troubles import TROUBLES, complain
from tinytutor.tutor.tutor import Tutor
from tinytutor.tutor.workspace import WorkspaceError, is_workspace, open_workspace

_INPUT = (events.Key, events.Paste, events.MouseDown, events.MouseScrollDown, events.MouseScrollUp)
_POLL_SECONDS = 1.0


def run_app(workspace_folder: Path, course: Course) -> None:
    """Opens the app and returns when the student leaves it."""
    TutorApp(workspace_folder, course).run()


class TutorApp(App[None]):
    """Map, modules and progress of one workspace."""

    TITLE = text.APP
    # Known from the start: a sheet that comes with its screen costs a second reading of all.
    CSS_PATH = Path(__file__).parent / "screens" / MapScreen.CSS_PATH
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS = bindings(Place.EVERYWHERE)
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]

    def __init__(self, workspace_folder: Path, course: Course) -> None:
        super().__init__()
        self._folder = workspace_folder
        self._course = course
        self._settings_path = settings_file()
        self.settings: Settings = load_settings(self._settings_path)
        self.tutor: Tutor | None = None
        self.meter = ActivityMeter()
        self._collector = QuietCollector()
        self._leaving: Worker[None] | None = None
        # Before the app runs: a theme taken then costs a second reading of all style sheets.
        for theme in OURS:
            self.register_theme(theme)
        known = self.settings.theme in self.available_themes
        self.theme = self.settings.theme if known else DARK.name
        if glyphs.wants_ascii():
            self._filters.append(glyphs.AsciiFilter())

    def on_ready(self) -> None:
        """From now on garbage is looked for, but not among what the start has made."""
        if not gc.isenabled():
            self.call_after_refresh(self._collector.begin)

    def on_mount(self) -> None:
        """Takes the chosen keys, then shows the map or the welcome."""
        self.theme_changed_signal.subscribe(self, self._theme_chosen)
        self.set_keymap(self.settings.keys)
        self.set_interval(_POLL_SECONDS, self._measure)
        self._heed_signals()
        if is_workspace(self._folder):
            self.open_tutor()
        else:
            from tinytutor.tui.screens.welcome import WelcomeScreen  # noqa: PLC0415

            self.push_screen(WelcomeScreen(self._folder, self._course))

    def open_tutor(self, *, first_time: bool = False) -> None:
        """Opens the workspace and shows its map, or says what keeps it from that."""
        try:
            self.tutor = Tutor(open_workspace(self._folder, self._course))
        except (WorkspaceError, StoreError, OSError) as problem:
            from tinytutor.tui.screens.trouble import TroubleScreen  # noqa: PLC0415

            self.push_screen(TroubleScreen(str(problem)))
            return
        the_map = MapScreen(self.tutor)
        self.push_screen(the_map)
        if self.tutor.store.write_problem is not None:
            told = str(self.tutor.store.write_problem)
            self.notify(told, severity="error", timeout=30, markup=False)
        if first_time:
            self.action_tour()
        elif self.settings.quiz:
            the_map.call_after_refresh(self._ask_questions)
        the_map.call_after_refresh(self._warm_up)

    def _ask_questions(self) -> None:
        """Puts up the questions of this session, if any are due."""
        if self.tutor is None or not isinstance(self.screen, MapScreen):
            return
        try:
            questions = self.tutor.practice.due_questions()
        except TROUBLES as problem:
            complain(self.screen, problem)
            return
        if questions:
            from tinytutor.tui.screens.quiz import QuizDialog  # noqa: PLC0415

            self.push_screen(QuizDialog(self.tutor, questions))

    def _warm_up(self) -> None:
        if self.tutor is not None:
            self.run_worker(self.tutor.runs.warm_up(), exit_on_error=False, group="warm-up")

    async def on_event(self, event: events.Event) -> None:
        """Every key and click is a sign of life."""
        if isinstance(event, _INPUT):
            self.meter.input()
            self._collector.heard()
        await super().on_event(event)

    def _measure(self) -> None:
        """Stores a tick of active time when one is due, and looks for garbage."""
        self._collector.tick()
        activity = self.meter.poll()
        if activity is not None and self.tutor is not None:
            place = next((m for s in reversed(self.screen_stack) if (m := module_of(s))), None)
            # A full disk must not end the app; the store says so when something counts.
            with contextlib.suppress(StoreError):
                self.tutor.record_activity(Event(activity, module_id=place))

    def _theme_chosen(self, _theme: object) -> None:
        if self.theme != self.settings.theme:
            self.change_settings(theme=self.theme)

    def change_settings(self, **changes: Any) -> None:
        """Takes over and keeps a choice."""
        from dataclasses import replace  # noqa: PLC0415

        self.settings = replace(self.settings, **changes)
        try:
            save_settings(self._settings_path, self.settings)
        except OSError as problem:
            self.notify(text.not_kept(str(problem)), severity="warning", markup=False)

    def get_key_display(self, binding: Binding) -> str:
        """A key as the texts of the app call it."""
        return short_key(binding.key)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every command that the screen knows, cohorts that lie here, then those of Textual."""
        for command in COMMANDS:
            owner = self if command.place is Place.EVERYWHERE else screen
            if command.in_palette and hasattr(owner, f"action_{command.action}"):

                def call(target: str = command.call) -> None:
                    self.run_worker(self.run_action(target, screen), exit_on_error=False)

                yield SystemCommand(command.title, command.sentence, call)
        for folder in cohorts_near((Path.cwd(), self._folder, self._course.folder)):
            show = partial(self._show_cohort, folder)
            yield SystemCommand(text.cohort_command(folder.name), text.OPEN_COHORT, show)
        for standard in super().get_system_commands(screen):
            if standard.title in ("Theme", "Screenshot"):
                yield standard

    # Commands that hold everywhere

    def action_help(self) -> None:
        """Shows the keys of the screen."""
        from tinytutor.tui.screens.help import HelpDialog  # noqa: PLC0415

        if not isinstance(self.screen, HelpDialog):
            self.push_screen(HelpDialog(self.screen))

    def action_show_progress(self) -> None:
        """Opens my progress."""
        from tinytutor.tui.screens.progress import ProgressScreen  # noqa: PLC0415

        if self.tutor is not None and not isinstance(self.screen, ProgressScreen):
            self.push_screen(ProgressScreen(self.tutor, self.meter))

    def action_show_review(self) -> None:
        """Opens the review of the course."""
        from tinytutor.tui.screens.review import ReviewScreen  # noqa: PLC0415

        if self.tutor is not None and not isinstance(self.screen, ReviewScreen):
            self.push_screen(ReviewScreen(self._course))

    @work(thread=True, exclusive=True, group="cohort", exit_on_error=False)
    def _show_cohort(self, folder: Path) -> None:
        """Reads a cohort's folder and opens its screen."""
        self.call_from_thread(self.notify, text.READING_COHORT, timeout=3, markup=False)
        try:
            # All of this is an extra: without it, the message has the command that installs it.
            from tinytutor.cohort.extras import needed  # noqa: PLC0415

            needed("textual_plotext")
            from tinytutor.cohort.report.figures import gather  # noqa: PLC0415
            from tinytutor.cohort.sources import opened  # noqa: PLC0415
            from tinytutor.tui.screens.cohort import CohortScreen  # noqa: PLC0415

            with opened([folder], self._course) as cohort:
                figures = gather(cohort)
        except Exception as problem:  # the app goes on, whatever lies in the folder
            self.call_from_thread(self.notify, str(problem), severity="error", markup=False)
            return

        def show() -> None:
            self.push_screen(CohortScreen(figures))

        self.call_from_thread(show)

    def action_show_settings(self) -> None:
        """Opens the settings."""
        from tinytutor.tui.screens.settings import SettingsDialog  # noqa: PLC0415

        if not isinstance(self.screen, SettingsDialog):
            self.push_screen(SettingsDialog(self.settings, str(self._settings_path)))

    def action_quiz(self) -> None:
        """Asks the questions of this session."""
        from tinytutor.tui.screens.quiz import QuizDialog  # noqa: PLC0415

        if isinstance(self.screen, MapScreen):
            self._ask_questions()
        if not isinstance(self.screen, QuizDialog):
            self.notify(text.QUIZ_NONE, markup=False)

    def action_tour(self) -> None:
        """Shows the first steps."""
        from tinytutor.tui.screens.tour import TourDialog  # noqa: PLC0415

        if not isinstance(self.screen, TourDialog):
            self.push_screen(TourDialog())

    def action_confusion(self) -> None:
        """Asks for a confusion report about the place on screen."""
        from tinytutor.tui.screens.confusion import ConfusionDialog  # noqa: PLC0415

        if self.tutor is None or isinstance(self.screen, ConfusionDialog):
            return
        place, shown = place_of(self.screen)
        module_id = module_of(self.screen)

        def send(words: str | None) -> None:
            if words is None or self.tutor is None:
                return
            try:
                self.tutor.report_confusion(module_id, place, words)
            except TROUBLES as problem:
                complain(self.screen, problem)
            else:
                self.notify(text.CONFUSION_THANKS, markup=False)

        self.push_screen(ConfusionDialog(shown), send)

    async def action_quit(self) -> None:
        """Saves what is unsaved, ends kernels, leaves; asks first where saving fails."""
        if self._leaving is None or self._leaving.is_finished:
            self._leaving = self.run_worker(self._save_and_leave(), group="leave-app")

    async def _save_and_leave(self) -> None:
        for screen in reversed(self.screen_stack):
            may_leave = getattr(screen, "may_leave", None)
            if may_leave is not None and not await may_leave():
                return
        self.exit()

    def _heed_signals(self) -> None:
        """A machine that shuts down ends the app in good order; a closed terminal, after a save."""
        # Windows has neither; outside the main thread they can't be heeded.
        with contextlib.suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.exit)
            # No handler of the loop: without a terminal the driver's thread dies, and the loop then
            # waits for it for ever as soon as it draws.
            signal.signal(signal.SIGHUP, self._terminal_closed)

    def _terminal_closed(self, number: int, _: object) -> None:
        def save_and_end() -> None:
            try:
                for screen in self.screen_stack:
                    save_last = getattr(screen, "save_last", None)
                    if save_last is not None:
                        save_last()
            finally:
                # Worker and kernels end with us, and the store has nothing pending.
                os._exit(128 + number)

        # A thread of its own, since the handler may have interrupted whoever holds a lock.
        threading.Thread(target=save_and_end).start()

    async def on_unmount(self) -> None:
        """Ends kernels and closes the store."""
        if self.tutor is not None:
            last = self.meter.take()
            with contextlib.suppress(StoreError):
                if last is not None:
                    self.tutor.record_activity(Event(last))
            await self.tutor.close()


def module_of(screen: Screen[Any]) -> str | None:
    """The module that a screen is about, if it is about one."""
    return getattr(screen, "module_id", None)


def place_of(screen: Screen[Any]) -> tuple[str, str]:
    """Where the student is: for the record, and in words for the student."""
    place = getattr(screen, "confusion_place", None)
    if place is not None:
        found: tuple[str, str] = place
        return found
    return type(screen).__name__.removesuffix("Screen").lower(), text.CONFUSION_NOWHERE
