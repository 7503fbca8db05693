"""The student's notebook files: made, read, changed and put back. Records nothing."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

from tinytutor.files import back_up, write_whole
from tinytutor.notebooks.lesson import Exercise, starter_source
from tinytutor.notebooks.matching import Matching, match
from tinytutor.notebooks.student import (
    StudentNotebook,
    parse_student_notebook,
    read_student_notebook,
    save_cell_source,
    starter_notebook,
)
from tinytutor.tutor.errors import NoSuchExerciseError, NotStartedError
from tinytutor.tutor.lessons import Lessons
from tinytutor.tutor.workspace import Workspace


class Desk:
    """The notebooks of one workspace. What replaces a file keeps a copy of it first."""

    def __init__(self, workspace: Workspace, lessons: Lessons):
        self._workspace = workspace
        self._lessons = lessons

    def path(self, module_id: str) -> Path:
        """Where the module's notebook is or would be."""
        return self._workspace.notebook(self._workspace.course.module(module_id))

    def require(self, module_id: str) -> Path:
        """Where the module's notebook is. Raises NotStartedError where there is none."""
        path = self.path(module_id)
        if not path.exists():
            raise NotStartedError(
                f"there is no notebook {path.name} yet: `tinytutor start {module_id}` makes it"
            )
        return path

    def read(self, module_id: str) -> tuple[StudentNotebook, Matching]:
        """The notebook and where its exercises are.

        Raises NotStartedError, NotebookUnreadableError.
        """
        notebook = read_student_notebook(self.require(module_id))
        return notebook, match(self._lessons.lesson(module_id), notebook)

    def starter_sha256(self, module_id: str) -> str:
        """Hash of the code of an untouched notebook."""
        text = starter_notebook(self._lessons.lesson(module_id))
        return parse_student_notebook(text, self.path(module_id).name).code_sha256

    def exercise(self, module_id: str, exercise_id: str) -> Exercise:
        """An exercise of the module. Raises NoSuchExerciseError, which lists those there are."""
        exercises = {e.id: e for e in self._lessons.lesson(module_id).exercises}
        if exercise_id not in exercises:
            close = difflib.get_close_matches(exercise_id, exercises, n=1)
            advice = f"Did you mean {close[0]!r}? " if close else ""
            raise NoSuchExerciseError(
                f"module {module_id} has no exercise {exercise_id!r}. {advice}"
                f"Its exercises are: {', '.join(exercises)}."
            )
        return exercises[exercise_id]

    def sources(self, module_id: str) -> dict[str, str]:
        """Exercise id → the student's code; an exercise whose cell is gone is missing."""
        _, matching = self.read(module_id)
        return {name: cell.source for name, cell in matching.solutions.items()}

    def save(self, module_id: str, exercise_id: str, source: str) -> bool:
        """Writes one exercise's code into the notebook; False where it is there already."""
        self.exercise(module_id, exercise_id)
        _, matching = self.read(module_id)
        cell = matching.solutions.get(exercise_id)
        if cell is None:
            raise NotStartedError(
                f"the notebook has no cell for {exercise_id!r} any more: "
                f"`tinytutor reset {module_id} {exercise_id}` puts it back"
            )
        if cell.source == source:
            return False
        save_cell_source(self.path(module_id), cell.index, source)
        return True

    def diff(self, module_id: str) -> str:
        """The student's code against the starter, as a unified diff; empty where it is the same."""
        sources = self.sources(module_id)
        lines: list[str] = []
        for exercise in self._lessons.lesson(module_id).exercises:
            before = starter_source(exercise.solution.source).splitlines()
            after = sources.get(exercise.id, "").splitlines()
            names = (f"{exercise.id} (starter)", f"{exercise.id} (yours)")
            lines.extend(difflib.unified_diff(before, after, *names, lineterm=""))
        return "\n".join(lines) + ("\n" if lines else "")

    def put(self, module_id: str, solutions: Mapping[str, str]) -> Path | None:
        """Makes the notebook anew with these solutions, stubs elsewhere; returns the copy made.

        None where there was nothing to copy.
        """
        path = self.path(module_id)
        text = starter_notebook(self._lessons.lesson(module_id), solutions)
        backup = back_up(path, self._workspace.backups) if path.exists() else None
        write_whole(path, text)
        return backup

    def reset_exercise(self, module_id: str, exercise_id: str) -> Path:
        """Puts one exercise's starter back and leaves all else as it is; returns the copy made."""
        exercise = self.exercise(module_id, exercise_id)
        _, matching = self.read(module_id)
        path = self.path(module_id)
        cell = matching.solutions.get(exercise_id)
        if cell is None:
            others = {name: found.source for name, found in matching.solutions.items()}
            backup = self.put(module_id, others)
            assert backup is not None
            return backup
        backup = back_up(path, self._workspace.backups)
        save_cell_source(path, cell.index, starter_source(exercise.solution.source))
        return backup

    def undo_reset(self, module_id: str) -> bool:
        """Puts the newest copy back and keeps a copy of what it replaces; False without a copy."""
        path = self.path(module_id)
        copies = sorted(self._workspace.backups.glob(f"{path.stem}.*{path.suffix}"))
        if not copies:
            return False
        text = copies[-1].read_text("utf-8")
        if path.exists():
            back_up(path, self._workspace.backups)
        write_whole(path, text)
        copies[-1].unlink()
        return True
