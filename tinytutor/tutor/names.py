"""What a name in the student's code is, and which names fit: read from the code, and live."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from tinytutor.running.events import Question
from tinytutor.tutor.completion import (
    Completer,
    Completion,
    code_before,
    line_at,
    with_live_names,
)
from tinytutor.tutor.lessons import Lessons

Position = tuple[int, int]
"""Line and column in an exercise, from 0."""
Ask = Callable[[Question], Awaitable[tuple[str, ...]]]


class Names:
    """Answers for the exercises of one workspace."""

    def __init__(self, lessons: Lessons, completer: Completer, ask: Ask):
        """Makes nothing ready yet.

        Args:
            lessons: of the course.
            completer: reads code.
            ask: asks the kernel that has run what stands before the exercise; nothing comes of it
                where there is none.
        """
        self._lessons = lessons
        self._completer = completer
        self._ask = ask

    async def complete(
        self, module_id: str, exercise_id: str, sources: Mapping[str, str], position: Position
    ) -> tuple[Completion, ...]:
        """Names that fit at a position of an exercise; up to seconds the first time.

        From reading the code, and from the live kernel: only that knows what a class has grown by.

        Args:
            module_id: of the module.
            exercise_id: of the exercise.
            sources: exercise id → code as it stands in the editor.
            position: line and column, from 0.
        """
        source = sources[exercise_id]
        before = await self._before(module_id, exercise_id, sources)
        read = await asyncio.to_thread(self._completer.complete, before, source, position)
        line, cursor = line_at(source, position)
        return with_live_names(read, line[:cursor], await self._ask(Question(line, cursor)))

    async def describe(
        self, module_id: str, exercise_id: str, sources: Mapping[str, str], position: Position
    ) -> str:
        """What the name at a position is: signature and docstring; arguments as `complete` has."""
        source = sources[exercise_id]
        before = await self._before(module_id, exercise_id, sources)
        read = await asyncio.to_thread(self._completer.describe, before, source, position)
        if read:
            return read
        return "".join(await self._ask(Question(*line_at(source, position), describe=True)))

    async def _before(self, module_id: str, exercise_id: str, sources: Mapping[str, str]) -> str:
        lesson = await asyncio.to_thread(self._lessons.lesson, module_id)
        return code_before(lesson, exercise_id, sources)
