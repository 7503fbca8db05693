"""Runs one check with its changing line and its limit; `check` and `watch` share it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tinytutor.cli.errors import CheckTimedOutError
from tinytutor.cli.progress_line import ProgressLine
from tinytutor.cli.session import Session

if TYPE_CHECKING:
    from tinytutor.tutor.results import CheckResult


async def checked(
    session: Session,
    module_id: str,
    *,
    exercise_id: str | None = None,
    seconds: float | None = None,
    fresh: bool = False,
) -> CheckResult:
    """The result of a check, or of one exercise's tests. Raises CheckTimedOutError.

    Args:
        session: of this invocation.
        module_id: what to check.
        exercise_id: only this exercise's tests.
        seconds: limit for all of it, start of the kernel included.
        fresh: whether tests run even where nothing has changed.
    """
    tutor = session.tutor
    progress = ProgressLine(session.output)
    try:
        async with asyncio.timeout(seconds), progress.ticking():
            if exercise_id is None:
                return await tutor.runs.check(module_id, on_event=progress.on_event, fresh=fresh)
            return await tutor.runs.try_exercise(
                module_id, exercise_id, on_event=progress.on_event, fresh=fresh
            )
    except TimeoutError:
        raise CheckTimedOutError(
            f"the check of {module_id} was stopped after {seconds:g} s, the limit of --timeout; "
            f"nothing was recorded. Look for an endless loop, or give it more time"
        ) from None
