"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# Machines are shared and noisy: no test fails by the clock.
settings.register_profile("noisy", deadline=None)
settings.load_profile("noisy")
