"""What one invocation knows: its global options, and what it has opened."""

from __future__ import annotations

import os
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tinytutor import interrupts
from tinytutor.cli.output import Output

if TYPE_CHECKING:
    from tinytutor.curriculum import Course, Module
    from tinytutor.tutor.tutor import Tutor
    from tinytutor.tutor.workspace import Workspace

_Result = TypeVar("_Result")


class Session:
    """One invocation. Opens nothing before a command asks for it."""

    def __init__(self, output: Output):
        self.output = output
        self.workspace_option: Path | None = None
        self.course_option: Path | None = None
        self.as_json = False
        self._course: Course | None = None
        self._tutor: Tutor | None = None

    @property
    def course(self) -> Course:
        """The course. Raises what the loader raises."""
        if self._course is None:
            from tinytutor.curriculum.loader import load_course  # noqa: PLC0415  yaml, 15 ms

            self._course = load_course(self.course_folder)
        return self._course

    @property
    def course_folder(self) -> Path:
        """Where the course is."""
        if self.course_option is not None:
            return self.course_option.expanduser().absolute()
        if named := os.environ.get("TINYTUTOR_COURSE"):
            return Path(named).expanduser().absolute()
        from tinytutor.curriculum.loader import bundled_course_folder  # noqa: PLC0415

        return bundled_course_folder()

    @property
    def workspace_folder(self) -> Path:
        """Where the workspace is or would be."""
        from tinytutor.tutor.workspace import find_workspace  # noqa: PLC0415

        return find_workspace(self.workspace_option)

    @property
    def workspace(self) -> Workspace:
        """The workspace. Raises WorkspaceError where there is none."""
        from tinytutor.tutor.workspace import open_workspace  # noqa: PLC0415

        return open_workspace(self.workspace_folder, self.course)

    @property
    def tutor(self) -> Tutor:
        """The tutor of the workspace."""
        if self._tutor is None:
            from tinytutor.tutor.tutor import Tutor  # noqa: PLC0415

            self._tutor = Tutor(self.workspace)
            if self._tutor.store.write_problem is not None:
                self.output.note(f"tinytutor: {self._tutor.store.write_problem}")
        return self._tutor

    def module(self, text: str) -> Module:
        """The module that a student means. Raises UnknownModuleError."""
        return self.course.find(text)

    def run(self, work: Coroutine[object, object, _Result]) -> _Result:
        """Runs something asynchronous of the tutor and leaves no process behind."""

        async def whole() -> _Result:
            try:
                return await work
            finally:
                await self.tutor.close()
                self._tutor = None

        return interrupts.run(whole())

    def end(self) -> None:
        """Closes what was opened."""
        if self._tutor is not None:
            self._tutor.store.close()
