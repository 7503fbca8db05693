"""One private folder per kernel, for its sockets; its name says which worker it belongs to."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_PREFIX = "tt-"
"""Short, because the path of a socket may have 107 bytes at most."""


def make_folder(worker_pid: int) -> Path:
    """A new folder, which only its user may enter."""
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{worker_pid}-"))


def remove_folder(folder: Path) -> None:
    """Removes a folder that student code could write in, as far as that is possible."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:
        # Thousands of folders in each other: the program bears any depth.
        subprocess.run(["rm", "-rf", "--", folder], capture_output=True, check=False)


def remove_folders_of(worker_pid: int) -> None:
    """Removes what is left of a worker that has ended, or is about to."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}{worker_pid}-*"):
        remove_folder(folder)


def sweep_folders() -> None:
    """Removes the folders of kernels whose worker was killed before it could do so."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not _is_running(int(owner)):
            remove_folder(folder)


def fits(folder: Path, most_bytes: int, most_files: int) -> bool:
    """Whether all that lies in a folder is at most this much. Links are not followed."""
    used = files = 0
    waiting = [str(folder)]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                files += 1
                with contextlib.suppress(OSError):
                    used += entry.stat(follow_symlinks=False).st_size
                if used > most_bytes or files > most_files:
                    return False
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
    return True


def _is_running(pid: int) -> bool:
    if os.name == "nt":
        return True  # asking by signal would end it there; the folders hold a few hundred bytes
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
