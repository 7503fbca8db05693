"""A mistake of ours in a widget's own work: it is told, and the app goes on."""

from __future__ import annotations

from textual.message import Message
from textual.widget import Widget
from textual.worker import Worker, WorkerState


class Mistake(Message):
    """Work in the background failed."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


class TellsMistakes(Widget):
    """A widget whose workers are started with `exit_on_error=False`."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Tells the screen."""
        if event.state is WorkerState.ERROR:
            self.post_message(Mistake(repr(event.worker.error)))
