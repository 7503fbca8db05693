"""Keeps the editor's texts and the notebook file in step, whoever writes it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tinytutor.curriculum import Module
from tinytutor.files import back_up
from tinytutor.tui.keeper import Keeper
from tinytutor.tutor.mounts import needs_polling

if TYPE_CHECKING:
    from tinytutor.tutor.tutor import Tutor

_Stamp = tuple[int, int]


class NotebookLink:
    """One module's notebook. Texts go out one after another; a failed save keeps the text."""

    def __init__(self, tutor: Tutor, module: Module) -> None:
        self._tutor = tutor
        self._module_id = module.id
        self._notebook = tutor.workspace.notebook(module)
        self._writing = threading.Lock()
        self._turn = 0
        self._last_turns: dict[str, int] = {}
        self._stamp: _Stamp | None = None
        self._looked_at: _Stamp | None = None
        self.can_look_often = not needs_polling(self._notebook.parent)
        """Not on a network, where a look may take long."""
        self.keeper = Keeper()

    def open(self) -> None:
        """Reads the file. Raises what reading it raises."""
        self._stamp = self._stamp_now()
        self.keeper = self.keeper.read(self._tutor.sources(self._module_id))

    def typed(self, exercise_id: str, text: str) -> bool:
        """Notes a change of the editor; whether there is something to save."""
        self.keeper = self.keeper.typed(exercise_id, text)
        return bool(self.keeper.edited)

    async def save(self) -> None:
        """Writes all that differs from the file. Raises what writing it raises."""
        for exercise_id, text in list(self.keeper.edited.items()):
            self._turn += 1
            await asyncio.to_thread(self._write, self._turn, exercise_id, text)
            self._wrote(exercise_id, text)

    def save_now(self) -> None:
        """The same at once, for the moment in which the app ends.

        Nobody can be asked any more: where another program changed the same exercise, a copy of
        the notebook as that program left it is kept, and what was typed here is written.
        """
        if not self.keeper.edited:
            return
        if self.keeper.conflicts(self._tutor.sources(self._module_id)):
            back_up(self._notebook, self._tutor.workspace.backups)
        for exercise_id, text in list(self.keeper.edited.items()):
            self._turn += 1
            self._write(self._turn, exercise_id, text)
            self._wrote(exercise_id, text)

    def was_saved_elsewhere(self) -> bool:
        """Whether another program has written the file, and no longer does: two looks agree."""
        before, self._looked_at = self._looked_at, self._stamp_now()
        return self._looked_at not in (None, self._stamp) and self._looked_at == before

    async def read_if_changed(self) -> Mapping[str, str] | None:
        """The texts of the file if another program wrote it since the last look."""
        stamp = await asyncio.to_thread(self._stamp_now)
        if stamp is None or stamp == self._stamp:
            return None
        sources = await asyncio.to_thread(self._tutor.sources, self._module_id)
        # Taken before the reading: a write in between is seen at the next look.
        self._stamp = stamp
        return sources

    def taken_over(self, in_file: Mapping[str, str]) -> None:
        """The texts of the file are known now."""
        self.keeper = self.keeper.read(in_file)

    def take_theirs(self, exercise_id: str) -> None:
        """Drops what was typed in the editor for one exercise."""
        self.keeper = self.keeper.typed(exercise_id, self.keeper.in_file.get(exercise_id, ""))

    def _write(self, turn: int, exercise_id: str, text: str) -> None:
        with self._writing:
            # A save that the end of the app left behind in its thread must not undo a later one.
            if turn > self._last_turns.get(exercise_id, 0):
                self._tutor.save_source(self._module_id, exercise_id, text)
                self._last_turns[exercise_id] = turn

    def _wrote(self, exercise_id: str, text: str) -> None:
        self.keeper = self.keeper.saved(exercise_id, text)
        # Whatever another program wrote in the same moment differs in its text, and is
        # noticed by the comparison of texts at its next save.
        self._stamp = self._stamp_now()

    def _stamp_now(self) -> _Stamp | None:
        with contextlib.suppress(OSError):
            status = self._notebook.stat()
            return status.st_mtime_ns, status.st_size
        return None
