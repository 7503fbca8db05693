"""Runs the linter, the type checker and all tests: `python -m tests [pytest arguments]`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
STEPS = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("mypy",),
    ("pytest",),
)


def main() -> int:
    """The first exit code that is not 0; every step runs."""
    codes = []
    for step in STEPS:
        arguments = sys.argv[1:] if step == ("pytest",) else []
        command = [sys.executable, "-m", *step, *arguments]
        print("$", " ".join(["python", *command[1:]]), flush=True)
        codes.append(subprocess.run(command, cwd=ROOT, check=False).returncode)
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    raise SystemExit(main())
