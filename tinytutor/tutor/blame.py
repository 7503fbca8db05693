"""Whose bug is it? In which module of the student's library the cause of a failing test lies.

Possible because a module is one file: the failing test runs again and again, with one file at a
time replaced by the reference's.
"""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tinytutor.notebooks.assembly import AssembledCell, Assembly
from tinytutor.notebooks.lesson import Lesson
from tinytutor.running.runner import Runner
from tinytutor.tutor.checking import run_tests

Passes = Callable[[Mapping[str, str]], Awaitable[bool]]
"""Whether the test passes with a library of these files (name without `.py` → source)."""


class BlameError(Exception):
    """A run that came to nothing: then there is no telling."""


@dataclass(frozen=True, slots=True)
class Blame:
    """Where the cause of a failure lies."""

    exercise_id: str
    passes: bool
    """The test passes: there is nothing to blame."""
    module_ids: tuple[str, ...]
    """Modules to look at; the exercise's own one where it fails with the reference's library."""


async def find_blame(
    exercise_id: str,
    module_id: str,
    own: Mapping[str, str],
    reference: Mapping[str, str],
    names: Mapping[str, str],
    passes: Passes,
) -> Blame:
    """Decides it from what passes.

    Args:
        exercise_id: whose test fails.
        module_id: the module of the exercise.
        own: the student's library, name of a file without `.py` → source.
        reference: the same files, as the author's solutions make them.
        names: name of the file → id of the module that wrote it.
        passes: runs the test with a library.
    """
    if await passes(own):
        return Blame(exercise_id, True, ())
    if not own or not await passes(reference):
        return Blame(exercise_id, False, (module_id,))
    mended = [n for n in own if await passes({**own, n: reference[n]})]
    if not mended:
        # Several files are at fault: each alone must break the reference.
        mended = [n for n in own if not await passes({**reference, n: own[n]})]
    return Blame(exercise_id, False, tuple(names[name] for name in mended) or (module_id,))


def passes_with(
    runner: Runner, lesson: Lesson, assembly: Assembly, library: str, within: Path
) -> Passes:
    """Runs an assembly with other libraries than the one in the workspace.

    Args:
        runner: runs it.
        lesson: of the assembly.
        assembly: up to the test in question.
        library: name of the package.
        within: folder in which the libraries are put, and taken away again.
    """

    async def passes(files: Mapping[str, str]) -> bool:
        with tempfile.TemporaryDirectory(prefix="blame-", dir=within) as folder:
            package = Path(folder) / library
            package.mkdir()
            (package / "__init__.py").write_text("", "utf-8")
            for name, source in files.items():
                (package / f"{name}.py").write_text(source, "utf-8")
            first = f"import sys; sys.path.insert(0, {folder!r})"
            cells = (AssembledCell("library", None, first), *assembly.cells)
            outcome = await run_tests(runner, lesson, replace(assembly, cells=cells), None)
        if outcome.fault:
            raise BlameError(outcome.fault)
        return outcome.passed

    return passes
