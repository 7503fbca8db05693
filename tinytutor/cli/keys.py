"""Single keys from the terminal while something else runs, without waiting for Enter."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator

_POLL_SECONDS = 0.1


@contextlib.contextmanager
def listening(on_key: Callable[[str], None]) -> Iterator[bool]:
    """Calls `on_key` in the running loop for each key; yields whether there is a keyboard at all.

    The terminal is as it was afterwards. Ctrl-C stays an interrupt.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        yield False
    elif sys.platform == "win32":
        with _listening_on_windows(on_key):
            yield True
    else:
        with _listening_on_posix(on_key):
            yield True


if sys.platform == "win32":

    @contextlib.contextmanager
    def _listening_on_windows(on_key: Callable[[str], None]) -> Iterator[None]:
        import msvcrt  # noqa: PLC0415

        loop = asyncio.get_running_loop()
        over = threading.Event()

        def read() -> None:
            while not over.wait(_POLL_SECONDS):
                while msvcrt.kbhit():
                    loop.call_soon_threadsafe(on_key, msvcrt.getwch())

        thread = threading.Thread(target=read, name="keys", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

else:

    @contextlib.contextmanager
    def _listening_on_posix(on_key: Callable[[str], None]) -> Iterator[None]:
        import termios  # noqa: PLC0415  absent on Windows
        import tty  # noqa: PLC0415

        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
        loop = asyncio.get_running_loop()

        def read() -> None:
            typed = os.read(descriptor, 64)
            if not typed:  # the terminal is gone
                loop.remove_reader(descriptor)
            for key in typed.decode("utf-8", errors="ignore"):
                on_key(key)

        tty.setcbreak(descriptor)
        loop.add_reader(descriptor, read)
        try:
            yield
        finally:
            loop.remove_reader(descriptor)
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
