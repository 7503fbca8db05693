"""Keeps the student's library equal to what has passed; the log is the truth, the files follow."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tinytutor.files import back_up, write_whole
from tinytutor.tutor.workspace import Workspace


def sync_library(workspace: Workspace, passed_sources: Mapping[str, str]) -> list[Path]:
    """Writes each library file that differs from its passed source; returns what was written.

    A kill between recording a pass and writing its file is mended by the next call. A file that
    was edited by hand is copied to the backups first.

    Args:
        workspace: the student's folder.
        passed_sources: name of the library file without `.py` → source of the last pass.
    """
    written = []
    for name, source in passed_sources.items():
        path = workspace.library_folder / f"{name}.py"
        if path.exists():
            if path.read_text("utf-8", errors="replace") == source:
                continue
            back_up(path, workspace.backups)
        write_whole(path, source)
        written.append(path)
    return written
