"""What holds for all tests."""

from __future__ import annotations

import os

from hypothesis import settings

THOROUGH = bool(os.environ.get("TINYTUTOR_THOROUGH"))
"""Whether also what takes an hour is run; otherwise a part of it, the same each time."""

# Machines are shared and noisy: no test fails by the clock.
settings.register_profile("noisy", deadline=None)
settings.load_profile("noisy")
