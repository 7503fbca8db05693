"""What lessons use: checks that teach, and tables and pictures for measurements.

Lessons import from here and from their own library, nothing else of tinytutor; this package needs
NumPy alone and imports nothing of the rest of tinytutor.
"""

from tinytutor.kit.checks import (
    Mismatch,
    connected,
    expect,
    quiet,
    refuses,
    same,
    same_dtype,
    unchanged,
)
from tinytutor.kit.corpus import Tales, tales
from tinytutor.kit.datasets import digits, moons, spirals
from tinytutor.kit.pictures import gallery, region_map
from tinytutor.kit.runs import run_tests
from tinytutor.kit.show import bars, curve, table, typed
from tinytutor.kit.weights import digit_weights

__all__ = [
    "Mismatch",
    "Tales",
    "bars",
    "connected",
    "curve",
    "digit_weights",
    "digits",
    "expect",
    "gallery",
    "moons",
    "quiet",
    "refuses",
    "region_map",
    "run_tests",
    "same",
    "same_dtype",
    "spirals",
    "table",
    "tales",
    "typed",
    "unchanged",
]
