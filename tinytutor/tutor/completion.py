"""Names that fit and what they mean, by reading code: nothing of the student's is run for it.

What stands before the exercise (the lesson's given cells, the student's earlier cells) is put in
front of it; the library is found in the workspace.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinytutor.notebooks.lesson import CellKind, Lesson

_MOST = 200


@dataclass(frozen=True, slots=True)
class Completion:
    """A name that can stand at the cursor."""

    name: str
    kind: str
    """`function`, `class`, `module`, `param`, …"""
    typed: int
    """How many characters of it stand before the cursor already."""


class Completer:
    """Answers for one workspace. The first question about a large library takes seconds."""

    def __init__(self, folder: Path):
        self._folder = folder

    def complete(
        self, before: str, source: str, position: tuple[int, int]
    ) -> tuple[Completion, ...]:
        """Names that fit at a position (line and column, from 0) of `source`."""
        script, line, column = self._script(before, source, position)
        found = script.complete(line, column)
        shown = [name for name in found if not name.name.startswith("__")] or found
        return tuple(
            Completion(str(name.name), str(name.type), int(name.get_completion_prefix_length()))
            for name in shown[:_MOST]
        )

    def describe(self, before: str, source: str, position: tuple[int, int]) -> str:
        """Signature and docstring of the name at a position; empty where nothing is known."""
        script, line, column = self._script(before, source, position)
        for name in script.help(line, column) or script.infer(line, column):
            words = str(name.docstring()).strip()
            if words:
                return words
        return ""

    def _script(self, before: str, source: str, position: tuple[int, int]) -> tuple[Any, int, int]:
        import jedi  # noqa: PLC0415  150 ms, only for whoever completes

        whole = f"{before}\n{source}"
        script = jedi.Script(
            whole,
            path=self._folder / "exercise.py",
            project=jedi.Project(self._folder, load_unsafe_extensions=False, smart_sys_path=False),
            environment=jedi.InterpreterEnvironment(),
        )
        return script, before.count("\n") + 2 + position[0], position[1]


def code_before(lesson: Lesson, exercise_id: str, sources: Mapping[str, str]) -> str:
    """All code that stands before an exercise: the course's given cells, the student's others."""
    parts: list[str] = []
    for cell in lesson.cells:
        if cell.id == exercise_id:
            break
        if cell.kind is CellKind.GIVEN:
            parts.append(cell.source)
        elif cell.kind is CellKind.SOLUTION:
            parts.append(sources.get(cell.id, ""))
    return "\n".join(parts)


def line_at(source: str, position: tuple[int, int]) -> tuple[str, int]:
    """The line of a position, and the column in it."""
    lines = source.split("\n")
    return lines[position[0]], position[1]


def with_live_names(
    read: tuple[Completion, ...], typed_line: str, live: Iterable[str]
) -> tuple[Completion, ...]:
    """What reading found, then what only a kernel knows of.

    Args:
        read: found by reading.
        typed_line: the line up to the cursor.
        live: names as a kernel completes them, such as `Tensor.reshape`.
    """
    word = re.search(r"\w*$", typed_line)
    typed = word[0] if word else ""
    known = {completion.name for completion in read}
    names = dict.fromkeys(name.rpartition(".")[2].removesuffix("()") for name in live)
    more = (
        Completion(name, "live", len(typed))
        for name in names
        if name.isidentifier()
        and name.startswith(typed)
        and name not in known
        and not name.startswith("__")
    )
    return (*read, *more)[:_MOST]
