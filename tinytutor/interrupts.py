"""What an interrupt (Ctrl+C) does to a command, from its first import on. Imports nothing slow."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading

TYPE_CHECKING = False  # as `typing` has it: importing that takes longer than all of this
if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from types import FrameType
    from typing import Any, TypeVar

    _Result = TypeVar("_Result")

INTERRUPTED = 130
"""Exit code, as shells have it."""
_IMPORTING = "<frozen importlib"


def leave_while_importing() -> None:
    """From now on, an interrupt in the middle of an import ends the process at once.

    A package written in C may turn the exception into another one there, or lose it.
    """
    signal.signal(signal.SIGINT, _on_interrupt)


def run(work: Coroutine[Any, Any, _Result]) -> _Result:
    """`asyncio.run`, in which an interrupt cancels the work, and so lets it tidy up."""
    import asyncio  # noqa: PLC0415  60 ms, only where something runs

    with left_to_asyncio():
        return asyncio.run(work)


@contextlib.contextmanager
def left_to_asyncio() -> Iterator[None]:
    """A block that runs a loop of its own: asyncio takes over only from the default handler."""
    if threading.current_thread() is not threading.main_thread():
        yield  # interrupts don't come here
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _on_interrupt(number: int, frame: FrameType | None) -> None:
    place = frame
    while place is not None:
        if place.f_code.co_filename.startswith(_IMPORTING):
            sys.stderr.write("interrupted\n")
            sys.stderr.flush()
            os._exit(INTERRUPTED)
        place = place.f_back
    signal.default_int_handler(number, frame)
