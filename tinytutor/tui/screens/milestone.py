"""A milestone at work: what its program prints appears as it comes."""

from __future__ import annotations

import asyncio
import time

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import RichLog, Static

from tinytutor.progress.active_time import ActivityMeter
from tinytutor.running.events import CellOutput, RunEvent
from tinytutor.tui import glyphs, text
from tinytutor.tui.widgets.key_bar import KeyBar
from tinytutor.tui.widgets.top_bar import TopBar, crumbs
from tinytutor.tutor.milestones import MilestoneResult, MilestoneView, in_words
from tinytutor.tutor.tutor import Tutor


class MilestoneScreen(Screen[None]):
    """Runs at once; Esc stops it or, once it has ended, goes back."""

    CSS_PATH = "milestone.tcss"
    BINDINGS = [
        ("escape,q", "leave", text.COMMANDS["back"][0]),
        ("r", "again", text.MILESTONE_AGAIN),
    ]

    def __init__(self, tutor: Tutor, view: MilestoneView, meter: ActivityMeter) -> None:
        super().__init__()
        self._tutor = tutor
        self._view = view
        self._meter = meter
        self._seed = 0
        self._running = False
        self._began = 0.0

    def compose(self) -> ComposeResult:
        """What is printed, and what came of it."""
        yield TopBar()
        yield RichLog(id="printed", wrap=False, markup=False, highlight=False)
        yield Static(id="outcome", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Names the milestone and begins."""
        self.query_one(TopBar).show(left=crumbs(text.MILESTONES, self._view.milestone.title))
        self.query_one(RichLog).focus()
        self.set_interval(0.5, self._tick)
        self._run()

    def action_again(self) -> None:
        """Once more, with other random numbers."""
        if not self._running:
            self._seed += 1
            self._run()

    def action_leave(self) -> None:
        """Stops a run; else back."""
        if self._running:
            self.workers.cancel_group(self, "milestone")
        else:
            self.dismiss()

    @work(exclusive=True, group="milestone", exit_on_error=False)
    async def _run(self) -> None:
        self._running, self._began = True, time.monotonic()
        self.query_one(RichLog).clear()
        self._meter.run_started()
        try:
            result = await self._tutor.runs.milestone(
                self._view.milestone.id, seed=self._seed, on_event=self._on_event
            )
        except asyncio.CancelledError:
            self._say(Content.styled(text.RUN_CANCELLED, "$text-warning"))
            raise
        except Exception as problem:
            self._say(Content.styled(text.fault(problem), "$text-error"))
        else:
            self._say(_outcome(result))
        finally:
            self._running = False
            self._meter.run_ended()

    def _on_event(self, event: RunEvent) -> None:
        if isinstance(event, CellOutput) and event.mime == "text/plain":
            log = self.query_one(RichLog)
            for line in event.data.rstrip("\n").split("\n"):
                log.write(line)

    def _tick(self) -> None:
        if self._running:
            elapsed = time.monotonic() - self._began
            line = text.running(self._view.milestone.gate, 0, 0, elapsed)
            self.query_one("#outcome", Static).update(Content.styled(line, "$text-muted"))

    def _say(self, content: Content) -> None:
        if self.is_mounted:
            self.query_one("#outcome", Static).update(content)


def _outcome(result: MilestoneResult) -> Content:
    figures = in_words(result.figures)
    if result.reached:
        head = (f"{glyphs.TEST['passed']} {text.MILESTONE_REACHED}", "bold $text-success")
        return Content.assemble(
            head, "   ", figures, "   ", (text.seconds(result.seconds), "$text-muted")
        )
    head = (f"{glyphs.TEST['failed']} {text.MILESTONE_MISSED}", "bold $text-error")
    return Content.assemble(head, "   ", result.message)
