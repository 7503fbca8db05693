"""Starts the command line: `tinytutor` and `python -m tinytutor`."""

from __future__ import annotations

import sys

from tinytutor.interrupts import INTERRUPTED, leave_while_importing

RUNNING = ("check", "watch", "milestone", "experiment", "blame")
"""Commands that run code: what does so starts before all else, and is ready sooner."""


def main() -> int:
    """Runs the command line of this process and returns its exit code."""
    leave_while_importing()
    try:
        if sys.argv[1:2] and sys.argv[1] in RUNNING and "--help" not in sys.argv:
            from tinytutor.running.early_worker import start_early  # noqa: PLC0415

            start_early()
        from tinytutor.cli.edge import run  # noqa: PLC0415  only now: this takes a while

        return run()
    except KeyboardInterrupt:
        # Before the command line's own edge was there to say so.
        sys.stderr.write("interrupted\n")
        return INTERRUPTED


if __name__ == "__main__":
    raise SystemExit(main())
