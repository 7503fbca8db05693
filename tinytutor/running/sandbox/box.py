"""What is inside a box, as values. Enters none: see `bubblewrap` and `entry`."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import tinytutor
from tinytutor.running.limits import FILE_MIB, PROCESSES

NOBODY = 65534
"""User and group that root becomes in a box, so that no file of root's is its own there."""
SYSTEM_LINKS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
_SYSTEM = ("/usr", "/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/fonts")
DEVICES = ("null", "zero", "full", "random", "urandom")
_KEPT_VARIABLES = ("LANG", "LC_ALL", "LC_CTYPE", "TZ")


@dataclass(frozen=True, slots=True)
class Box:
    """A file system to run in, seen under the same paths as outside, and limits."""

    folder: str
    """The job's own folder: here a program starts, and what it writes outside /tmp stays here."""
    readable: tuple[str, ...] = ()
    """Files and folders to see besides the system."""
    hidden: tuple[str, ...] = ()
    """Folders within the readable ones that look empty."""
    writable: tuple[str, ...] = ()
    """Folders to write in besides `folder`."""
    memory_mib: int = 2048
    """Address space of each process."""
    processes: int = PROCESSES + 64
    """Processes and threads together; Python and a kernel have threads of their own."""
    file_mib: int = FILE_MIB
    """Largest file that can be written."""
    scratch_mib: int = 256
    """Room in the private /tmp."""
    cpu_seconds: int | None = None
    """CPU time of each process, None without a limit."""

    def as_json(self) -> dict[str, Any]:
        """Fields by name, for another process."""
        return asdict(self)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Box:
        """The box that `as_json` described."""
        paths = {name: tuple(fields[name]) for name in ("readable", "hidden", "writable")}
        return cls(**{**fields, **paths})

    def limits(self) -> dict[str, int]:
        """Limits by the names of the module `resource`, in its units."""
        limits = {
            "RLIMIT_AS": self.memory_mib * 2**20,
            "RLIMIT_NPROC": self.processes,
            "RLIMIT_FSIZE": self.file_mib * 2**20,
            "RLIMIT_CORE": 0,
        }
        if self.cpu_seconds is not None:
            limits["RLIMIT_CPU"] = self.cpu_seconds
        return limits

    def visible(self) -> tuple[str, ...]:
        """All that can be read and not written, the containing before the contained."""
        paths = {str(p) for p in (*_SYSTEM, *self.readable) if Path(p).exists()}
        return tuple(sorted(paths))


def python_paths() -> tuple[str, ...]:
    """What this Python needs to see to run a kernel and the course's own helpers."""
    packages = [path for path in sys.path if Path(path).name.endswith("-packages")]
    ours = str(Path(tinytutor.__file__).parent)
    found = [sys.prefix, sys.base_prefix, sys.exec_prefix, *packages, ours]
    return tuple(dict.fromkeys(p for p in found if not _is_below(p, "/usr")))


def course_inside_package() -> tuple[str, ...]:
    """The course that travels with the package: its solutions are not for students' code."""
    course = Path(tinytutor.__file__).parent / "_course"
    return (str(course),) if course.is_dir() else ()


def clean_environment(*, home: str = "/tmp") -> dict[str, str]:
    """What a program in a box learns of the surroundings: language, time, where programs are."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {**kept, "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home}


def _is_below(path: str, folder: str) -> bool:
    return Path(path).is_relative_to(folder)
