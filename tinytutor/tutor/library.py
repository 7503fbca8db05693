"""Keeps the student's library equal to what has passed; the log is the truth, the files follow."""

from __future__ import annotations

from pathlib import Path

from tinytutor.curriculum.graph import ancestors
from tinytutor.files import back_up, write_whole
from tinytutor.progress.events import ModulePassed
from tinytutor.progress.state import library_sources
from tinytutor.tutor.record import Record
from tinytutor.tutor.workspace import Workspace


class Library:
    """The package that grows in one workspace."""

    def __init__(self, workspace: Workspace, record: Record):
        self._workspace = workspace
        self._record = record

    def sync(self) -> list[Path]:
        """Writes each file that differs from its passed source; returns what was written.

        A kill between recording a pass and writing its file is mended by the next call. A file
        that was edited by hand is copied to the backups first.
        """
        written = []
        for name, source in library_sources(self._record.events()).items():
            path = self._workspace.library_folder / f"{name}.py"
            if path.exists():
                if path.read_text("utf-8", errors="replace") == source:
                    continue
                back_up(path, self._workspace.backups)
            write_whole(path, source)
            written.append(path)
        return written

    def files_for(self, module_id: str) -> list[Path]:
        """What a module may import; what it writes itself, and what later ones write, is not."""
        needed = ancestors(self._workspace.course, module_id)
        others = {
            f"{event.what.export_name}.py"
            for event in self._record.events()
            if isinstance(event.what, ModulePassed) and event.module_id not in needed
        }
        files = self._workspace.library_folder.glob("*.py")
        return [path for path in files if path.name not in others]
