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
from tinytutor.kit.runs import run_tests
from tinytutor.kit.show import bars, curve, table

__all__ = [
    "Mismatch",
    "bars",
    "connected",
    "curve",
    "expect",
    "quiet",
    "refuses",
    "run_tests",
    "same",
    "same_dtype",
    "table",
    "unchanged",
]
