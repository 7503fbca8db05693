"""Whether a folder lies on a network mount, where the system reports no changes of files."""

from __future__ import annotations

import sys
from pathlib import Path, PureWindowsPath

_REMOTE_KINDS = {
    "9p",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "drvfs",
    "gpfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "prl_fs",
    "smb",
    "smb3",
    "smbfs",
    "vboxsf",
    "virtiofs",
    "vmhgfs",
    "fuse.glusterfs",
    "fuse.gvfsd-fuse",
    "fuse.rclone",
    "fuse.s3fs",
    "fuse.sshfs",
    "fuse.vmhgfs-fuse",
}
_MOUNTS = Path("/proc/self/mounts")


def needs_polling(folder: Path) -> bool:
    """Whether changes in the folder must be looked for instead of waited for."""
    if sys.platform == "win32":
        return PureWindowsPath(folder).drive.startswith("\\\\")
    try:
        table = _MOUNTS.read_text("utf-8", errors="surrogateescape")
    except OSError:  # not Linux: nothing is known, so the system's own events are trusted
        return False
    return file_system_of(folder.resolve(), table) in _REMOTE_KINDS


def file_system_of(folder: Path, table: str) -> str:
    """Kind of the file system that holds a folder, from the text of a mount table."""
    best, kind = -1, ""
    for line in table.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = Path(fields[1].replace("\\040", " ").replace("\\011", "\t"))
        if folder.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), fields[2]
    return kind
