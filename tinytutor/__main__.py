"""Starts the command line: `tinytutor` and `python -m tinytutor`."""

from __future__ import annotations

from tinytutor.cli.edge import run


def main() -> int:
    """Runs the command line of this process and returns its exit code."""
    return run()


if __name__ == "__main__":
    raise SystemExit(main())
