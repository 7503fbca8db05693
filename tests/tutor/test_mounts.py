"""Network mounts are recognised by the table of mounts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tinytutor.tutor.mounts import file_system_of

TABLE = """\
/dev/sda1 / ext4 rw 0 0
proc /proc proc rw 0 0
server:/homes /home nfs4 rw 0 0
/dev/sdb1 /home/ann/local ext4 rw 0 0
//nas/share /mnt/my\\040share cifs rw 0 0
broken
"""


@pytest.mark.skipif(sys.platform == "win32", reason="paths of such tables are POSIX paths")
@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/opt/work", "ext4"),
        ("/home/ann/work", "nfs4"),
        ("/home/ann/local/work", "ext4"),
        ("/homework", "ext4"),
        ("/mnt/my share/work", "cifs"),
    ],
)
def test_the_longest_mount_point_decides(folder: str, kind: str) -> None:
    assert file_system_of(Path(folder), TABLE) == kind


def test_an_empty_table_knows_nothing() -> None:
    assert file_system_of(Path("/work"), "") == ""
