"""How long the rest of the course will take: the author's hours at the student's own pace. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tinytutor.tutor.results import ModuleView

SLOWEST, FASTEST = 3.0, 1 / 3
"""A pace beyond these tells more of breaks and of work seen before than of what is to come."""


def pace(views: Sequence[ModuleView]) -> float:
    """Active hours per hour that the author expected, over the modules that passed; else 1."""
    passed = [view for view in views if view.passed_at is not None and view.active_seconds > 0]
    expected = sum(view.module.hours for view in passed)
    if not expected:
        return 1.0
    spent = sum(view.active_seconds for view in passed) / 3600
    return min(SLOWEST, max(FASTEST, spent / expected))


def hours_left(views: Sequence[ModuleView]) -> float:
    """Active hours until every module has passed; of one begun, the share of tests is done."""
    left = 0.0
    for view in views:
        if view.passed_at is None:
            done = view.tests_passed / view.tests_total if view.tests_total else 0.0
            left += view.module.hours * (1 - done)
    return left * pace(views)
