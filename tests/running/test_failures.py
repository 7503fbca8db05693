"""What a limit that was met means for the student: the verdict names it."""

from __future__ import annotations

from typing import Any

import pytest

from tinytutor.curriculum import Limits
from tinytutor.notebooks.assembly import Assembly
from tinytutor.notebooks.lesson import Exercise
from tinytutor.running.events import CellError
from tinytutor.running.failures import explain

ASSEMBLY = Assembly((), frozenset(), Limits(memory_mib=1234))
EXERCISE: Any = Exercise.__new__(Exercise)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (CellError("MemoryError", "Unable to allocate"), "the limit is 1234 MiB"),
        (
            CellError("BlockingIOError", "[Errno 11] Resource temporarily unavailable"),
            "too many processes",
        ),
        (CellError("OSError", "[Errno 27] File too large"), "the limit is 64 MiB"),
        (CellError("OSError", "[Errno 28] No space left on device"), "no room left"),
        (CellError("OSError", "[Errno 2] No such file"), "OSError: [Errno 2]"),
        (CellError("KernelDied", "killed: memory limit of 9 MiB"), "killed: memory limit of 9 MiB"),
        (CellError("Timeout", "still running after 3 s"), "still running after 3 s"),
    ],
)
def test_a_limit_is_named(error: CellError, words: str) -> None:
    assert words in explain(error, EXERCISE, ASSEMBLY).headline
