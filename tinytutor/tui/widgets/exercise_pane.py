"""The exercise in its editor: every change goes to the notebook, changes made elsewhere come in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Offset
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from tinytutor.notebooks.lesson import Exercise
from tinytutor.tui import text
from tinytutor.tui.notebook_link import NotebookLink
from tinytutor.tui.troubles import TROUBLES
from tinytutor.tui.widgets.completion_list import CompletionList
from tinytutor.tui.widgets.editor import CodeEditor
from tinytutor.tui.widgets.find_bar import FindBar
from tinytutor.tui.widgets.mistakes import TellsMistakes
from tinytutor.tutor.completion import Completion

SAVE_SECONDS = 0.4
"""How long after the last key the text is saved."""
LOOK_SECONDS = 1.0
"""How often the file is looked at, wherever it lies."""
QUICK_LOOK_SECONDS = 0.08
"""The same where a look takes no time: a save is seen after at most two of them."""
_STUB = "# YOUR CODE HERE"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the student was in an exercise."""

    selection: Selection
    scroll: Offset


class ExercisePane(Vertical, TellsMistakes):
    """One exercise at a time; owns the link to the notebook file."""

    class Typed(Message):
        """The code of the exercise changed in the editor."""

        def __init__(self, exercise_id: str) -> None:
            super().__init__()
            self.exercise_id = exercise_id

    class ChangedOutside(Message):
        """Another program saved other code, which is in the editor now."""

        def __init__(self, exercise_ids: tuple[str, ...]) -> None:
            super().__init__()
            self.exercise_ids = exercise_ids

    class Conflict(Message):
        """An exercise was changed here and in another program: `resolve` waits for an answer."""

        def __init__(self, exercise_id: str) -> None:
            super().__init__()
            self.exercise_id = exercise_id

    class Trouble(Message):
        """The notebook can't be read or written."""

        def __init__(self, words: str, *, unsaved: bool) -> None:
            super().__init__()
            self.words = words
            self.unsaved = unsaved

    def __init__(self, link: NotebookLink, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._link = link
        self.editor = CodeEditor(id="editor")
        """Held here: its text is asked for even when it has left the screen."""
        self._completions = CompletionList()
        self._exercise_id = ""
        self._places: dict[str, _Place] = {}
        self._settling = asyncio.Lock()
        self._timer: Timer | None = None
        self._theirs: Mapping[str, str] | None = None
        """Texts of the file that wait for the student's decision."""
        self._trouble = ""
        self._title = ""
        self._unseen_row: int | None = None
        """Where to begin in an exercise that is new on screen."""

    def compose(self) -> ComposeResult:
        """The editor, names that fit, a line to find text with."""
        yield self.editor
        yield self._completions
        yield FindBar(self.editor)

    def on_mount(self) -> None:
        """Looks at the file from now on."""
        self.editor.completions = self._completions
        self.set_interval(LOOK_SECONDS, self._settle_soon)
        if self._link.can_look_often:
            self.set_interval(QUICK_LOOK_SECONDS, self._look)

    def on_unmount(self) -> None:
        """The last chance to save."""
        self.save_last()

    def save_last(self) -> None:
        """Saves at once, from whatever thread, for when the app ends."""
        self._note()
        with contextlib.suppress(*TROUBLES):
            self._link.save_now()

    @property
    def unsaved(self) -> bool:
        """Whether there is text that is not in the file."""
        return bool(self._link.keeper.edited)

    @property
    def failing(self) -> bool:
        """Whether the last try to save text did not reach the file."""
        return self.unsaved and bool(self._trouble)

    # Showing

    def show(self, exercise: Exercise | None, total: int) -> None:
        """Puts an exercise into the editor, where the student left it."""
        editor = self.editor
        if self._exercise_id:
            self._note()
            place = _Place(editor.selection, editor.scroll_offset)
            self._places[self._exercise_id] = place
        self._exercise_id = exercise.id if exercise else ""
        editor.disabled = exercise is None
        editor.mark_line(None)
        editor.load_text(self._link.keeper.text_of(self._exercise_id))
        if exercise is None:
            return
        self._title = text.exercise_of(exercise.number, total, exercise.title)
        self.tell(text.UNSAVED if self.unsaved else text.SAVED)
        self._go_back_to(self._places.get(exercise.id))

    def reload(self) -> None:
        """Shows what the keeper holds for this exercise; the editor's own undo takes it back."""
        editor = self.editor
        words = self._link.keeper.text_of(self._exercise_id)
        if words != editor.text:
            cursor = editor.cursor_location
            editor.replace(words, (0, 0), editor.document.end)
            editor.move_cursor(editor.clamp_visitable(cursor))

    def _go_back_to(self, place: _Place | None) -> None:
        editor = self.editor
        if place is not None:
            editor.selection = place.selection
            self.call_after_refresh(editor.scroll_to, *place.scroll, animate=False)
            return
        lines = editor.text.split("\n")
        stub = next((n for n, line in enumerate(lines) if line.strip() == _STUB), None)
        row = 0 if stub is None else stub
        column = len(lines[row]) - len(lines[row].lstrip())
        editor.move_cursor((row, column))
        self._unseen_row = row
        self.call_after_refresh(self._show_row)

    def on_resize(self) -> None:
        """An editor that was out of sight had no size to scroll in."""
        self.call_after_refresh(self._show_row)

    def _show_row(self) -> None:
        """From the top where the row is seen then, else with what stands around it."""
        row, height = self._unseen_row, self.editor.size.height
        if row is not None and height:
            self._unseen_row = None
            self.editor.scroll_to(0, 0 if row < height - 1 else row - height // 2, animate=False)

    # Help while typing

    def find_text(self) -> None:
        """Asks what to find in the editor."""
        self.query_one(FindBar).open()

    def complete(self, found: Sequence[Completion], position: tuple[int, int]) -> None:
        """Puts up the names that fit where the cursor was; a single one is written at once."""
        if self.editor.cursor_location != position or not found:
            return
        if len(found) == 1:
            self.editor.complete(found[0])
        else:
            self._completions.open(found, self.editor.cursor_screen_offset)

    @on(CompletionList.Chosen)
    def _completed(self, event: CompletionList.Chosen) -> None:
        self.editor.complete(event.completion)

    def close_help(self) -> bool:
        """Takes away what was put up over the editor; whether there was anything."""
        if self._completions.is_open:
            self._completions.close()
            return True
        return self.query_one(FindBar).close()

    # Saving and loading

    def tell(self, words: str) -> None:
        """Says in the frame how the text stands to the file."""
        self.border_title = Content.assemble(self._title, (f"   {words}", "not bold $text-muted"))

    @on(TextArea.Changed)
    def _changed(self) -> None:
        if self._note() and self.unsaved:
            if self._timer is not None:
                self._timer.stop()
            self._timer = self.set_timer(SAVE_SECONDS, self._settle_soon)

    def _note(self) -> bool:
        """Takes down what the editor holds; whether that is new."""
        words = self.editor.text
        if not self._exercise_id or words == self._link.keeper.text_of(self._exercise_id):
            return False
        if self._link.typed(self._exercise_id, words):
            self.tell(text.UNSAVED)
        self.post_message(self.Typed(self._exercise_id))
        return True

    def texts(self) -> dict[str, str]:
        """The code of every exercise as it stands here, to the last key."""
        self._note()
        return {**self._link.keeper.in_file, **self._link.keeper.edited}

    def on_descendant_blur(self) -> None:
        """Leaving the editor saves at once."""
        if self.unsaved:
            self._settle_soon()

    def _look(self) -> None:
        if self._link.was_saved_elsewhere():
            self._settle_soon()

    def _settle_soon(self) -> None:
        self.run_worker(self.settle(), group="settle", exit_on_error=False)

    async def settle(self) -> bool:
        """Takes in what others wrote, then writes what was typed; whether file and editor agree."""
        async with self._settling:
            # The message of the last key may still be on its way.
            self._note()
            try:
                if not await self._take_in():
                    return False
                if self.unsaved:
                    await self._link.save()
            except TROUBLES as problem:
                self._tell_trouble(str(problem))
                return False
        self._trouble = ""
        self.tell(text.UNSAVED if self.unsaved else text.SAVED)
        return not self.unsaved

    async def _take_in(self) -> bool:
        """Loads what another program wrote; False while the student has to decide."""
        theirs = await self._link.read_if_changed()
        if theirs is None:
            return self._theirs is None
        waiting = self._theirs is not None
        if found := self._link.keeper.conflicts(theirs):
            self._theirs = theirs
            if not waiting:
                self.post_message(self.Conflict(found[0]))
            return False
        self._theirs = None
        changed = self._link.keeper.changed_outside(theirs)
        self._take_over(theirs)
        if changed:
            self.post_message(self.ChangedOutside(changed))
        return True

    def _take_over(self, theirs: Mapping[str, str]) -> None:
        self._link.taken_over(theirs)
        self.reload()

    def resolve(self, *, keep_mine: bool) -> None:
        """The student's answer to a conflict."""
        theirs, self._theirs = self._theirs, None
        if theirs is None:
            return
        changed = self._link.keeper.changed_outside(theirs)
        found = self._link.keeper.conflicts(theirs)
        self._link.taken_over(theirs)
        if not keep_mine:
            for exercise_id in found:
                self._link.take_theirs(exercise_id)
        self.reload()
        taken = tuple(e for e in changed if not keep_mine or e not in found)
        if taken:
            self.post_message(self.ChangedOutside(taken))
        self._settle_soon()

    def _tell_trouble(self, words: str) -> None:
        self.tell(text.NOT_SAVED if self.unsaved else "")
        if words != self._trouble:
            self._trouble = words
            self.post_message(self.Trouble(words, unsaved=self.unsaved))

    async def read_again(self) -> None:
        """After the file was put back by a command of ours. Raises what reading it raises."""
        async with self._settling:
            await asyncio.to_thread(self._link.open)
            self._link.take_theirs(self._exercise_id)
            self.reload()
