"""The student's folder: where it is, how it is made, and where in it each thing lies."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tinytutor import __version__
from tinytutor.curriculum import Course, Module
from tinytutor.files import sweep_temporaries, write_whole
from tinytutor.progress.errors import StoreError
from tinytutor.progress.events import Event, WorkspaceCreated
from tinytutor.progress.store import ProgressStore

STATE_FOLDER = ".tinytutor"
_FREE_BYTES_NEEDED = 50 * 2**20


class WorkspaceError(Exception):
    """A folder that can't be used; the message gives fact, place and next step."""


@dataclass(frozen=True)
class Workspace:
    """A student's folder for one course."""

    folder: Path
    course: Course

    def notebook(self, module: Module) -> Path:
        """The student's notebook of a module. In the top folder, so that it imports the library."""
        return self.folder / f"{module.id}.ipynb"

    @property
    def library_folder(self) -> Path:
        """The package that grows with each passed module."""
        return self.folder / self.course.library

    @property
    def state_folder(self) -> Path:
        """Progress and backups."""
        return self.folder / STATE_FOLDER

    @property
    def store_path(self) -> Path:
        """The event log."""
        return self.state_folder / "progress.sqlite"

    @property
    def backups(self) -> Path:
        """Copies of what a reset or an export replaced."""
        return self.state_folder / "backups"


def find_workspace(explicit: Path | None = None) -> Path:
    """Where the workspace is or would be made.

    The explicit folder, else `TINYTUTOR_WORKSPACE`, else the workspace around the current folder,
    else `tinytutor-workspace` in the home folder (not `tinytutor`: a clone may stand there).
    """
    if explicit is not None:
        return explicit.expanduser().absolute()
    if named := os.environ.get("TINYTUTOR_WORKSPACE"):
        return Path(named).expanduser().absolute()
    return _workspace_around(Path.cwd()) or Path.home() / "tinytutor-workspace"


def is_workspace(folder: Path) -> bool:
    """Whether the folder was made by `create_workspace`."""
    return (folder / STATE_FOLDER / "workspace.json").is_file()


def create_workspace(folder: Path, course: Course) -> Workspace:
    """Makes a workspace. Changes nothing and raises WorkspaceError where it can't be."""
    if is_workspace(folder):
        raise WorkspaceError(f"{folder} is a workspace already: `tinytutor map` shows it")
    around = _workspace_around(folder)
    if around is not None:
        raise WorkspaceError(
            f"{folder} lies inside the workspace {around}: choose a folder outside of it "
            f"with `--workspace FOLDER`"
        )
    if (folder / "pyproject.toml").exists():
        raise WorkspaceError(
            f"{folder} holds the source of a Python project: choose another folder with "
            f"`--workspace FOLDER`"
        )
    if folder.exists() and not folder.is_dir():
        raise WorkspaceError(f"{folder} is a file: choose a folder with `--workspace FOLDER`")
    existing = next(p for p in (folder, *folder.parents) if p.is_dir())
    if shutil.disk_usage(existing).free < _FREE_BYTES_NEEDED:
        raise WorkspaceError(f"less than 50 MiB are free at {existing}: make room and try again")
    workspace = Workspace(folder, course)
    about = {
        "schema_version": 1,
        "course": course.id,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    try:
        workspace.state_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(
            workspace.library_folder / "__init__.py",
            f'"""{course.title}: the library that you build, one module at a time."""\n',
        )
        with ProgressStore.open(workspace.store_path, create=True) as store:
            store.append(Event(WorkspaceCreated(course.id, course.version, __version__)))
        # Last: a folder counts as a workspace once everything in it is there.
        write_whole(workspace.state_folder / "workspace.json", json.dumps(about, indent=2) + "\n")
    except (OSError, StoreError) as problem:
        raise WorkspaceError(
            f"{folder} can't be written ({problem}): choose another folder with "
            f"`--workspace FOLDER`"
        ) from None
    return workspace


def open_workspace(folder: Path, course: Course) -> Workspace:
    """An existing workspace. Raises WorkspaceError where there is none of this course."""
    if not is_workspace(folder):
        raise WorkspaceError(f"there is no workspace in {folder}: `tinytutor init` makes one")
    path = folder / STATE_FOLDER / "workspace.json"
    try:
        about = json.loads(path.read_text("utf-8"))
        course_id = about["course"]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise WorkspaceError(
            f"{path} can't be read ({problem!r}): put it back from a copy, or write "
            f'{{"schema_version": 1, "course": "{course.id}"}} into it'
        ) from None
    if course_id != course.id:
        raise WorkspaceError(
            f"{folder} is a workspace of the course {course_id!r}, not of {course.id!r}: "
            f"choose its course with `--course FOLDER`"
        )
    workspace = Workspace(folder, course)
    sweep_temporaries(folder)
    sweep_temporaries(workspace.library_folder)
    return workspace


def _workspace_around(folder: Path) -> Path | None:
    absolute = folder.absolute()
    return next((f for f in (absolute, *absolute.parents) if is_workspace(f)), None)
