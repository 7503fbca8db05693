"""The worker's program: starts the template, then the worker.

In this order, and with the imports in this order: what the template imports takes the longest, and
the first kernel waits for it.
"""

from __future__ import annotations

import os
import sys

from tinytutor.running.forking import start_template
from tinytutor.running.process import kernel_environment


def main() -> None:
    """Runs in a process of its own."""
    boxed = "--sandbox" in sys.argv[1:]
    template = start_template(kernel_environment(_surroundings(boxed)))
    from tinytutor.running.processes import adopt_orphans  # noqa: PLC0415
    from tinytutor.running.worker import run_worker  # noqa: PLC0415

    adopt_orphans()
    run_worker(template, boxed=boxed)


def _surroundings(boxed: bool) -> dict[str, str] | None:
    if not boxed:
        return None
    from tinytutor.running.sandbox.box import clean_environment  # noqa: PLC0415

    # What the template has in its environment could be read in /proc from within a box.
    return clean_environment()


if __name__ == "__main__":
    main()
    # The thread that reads may still wait for input: no orderly end is needed any more.
    os._exit(0)
