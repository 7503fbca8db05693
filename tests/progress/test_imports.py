from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from tinytutor.progress import active_time, metrics, state, store, unlocking
print(*sys.modules)
"""
HEAVY = ("asyncio", "numpy", "yaml", "secrets", "uuid", "subprocess", "csv", "tempfile")


def test_what_a_command_needs_to_read_the_progress_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "tinytutor.progress.store" in loaded
    assert [name for name in HEAVY if name in loaded] == []
