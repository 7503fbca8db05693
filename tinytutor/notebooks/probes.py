"""Reads a module's probes: functions that ask the student's code and return its answers.

A file of probes is plain Python: imports, constants and helpers, and one function per exercise,
`probe_EXERCISE(rng)`. It uses the names of the lesson as the student defined them, makes its
inputs with `rng`, and returns plain values. It holds no expected value: whoever grades compares
the answers with those of the reference solution, which got the same random numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FILE_NAME = "probes.py"
PREFIX = "probe_"


class ProbesError(ValueError):
    """A file of probes that can't be used; the message gives fact, place and next step."""


@dataclass(frozen=True, slots=True)
class ProbeSource:
    """The hidden test of one exercise."""

    exercise_id: str
    source: str
    """The function with the imports, constants and helpers of its file."""

    @property
    def function(self) -> str:
        """The function's name."""
        return PREFIX + self.exercise_id


def read_probes(path: Path, exercise_ids: Iterable[str]) -> tuple[ProbeSource, ...]:
    """The probes in a file; none where there is no file. Raises ProbesError, OSError."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return ()
    except UnicodeDecodeError as problem:
        raise ProbesError(f"{path}: not UTF-8 text ({problem}). Save it as UTF-8.") from None
    return parse_probes(text, str(path), exercise_ids)


def parse_probes(text: str, name: str, exercise_ids: Iterable[str]) -> tuple[ProbeSource, ...]:
    """The probes in a file's text, in its order. Raises ProbesError.

    Args:
        text: of the file.
        name: of the file, for messages.
        exercise_ids: of the module: a probe of anything else is an error.
    """
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError) as problem:
        line = f":{problem.lineno}" if isinstance(problem, SyntaxError) else ""
        raise ProbesError(f"{name}{line}: not Python ({problem}). Mend it there.") from None
    known = set(exercise_ids)
    lines = text.splitlines()
    probes = [node for node in body if _is_probe(node)]
    common = "\n".join(_text(lines, node) for node in body if not _is_probe(node))
    found: list[ProbeSource] = []
    for node in probes:
        assert isinstance(node, ast.FunctionDef)
        exercise_id = node.name.removeprefix(PREFIX)
        if exercise_id not in known:
            raise ProbesError(
                f"{name}:{node.lineno}: {node.name} probes no exercise of this module; its "
                f"exercises are: {', '.join(sorted(known))}"
            )
        if len(node.args.args) != 1:
            raise ProbesError(
                f"{name}:{node.lineno}: {node.name} must take one argument, the generator"
            )
        found.append(ProbeSource(exercise_id, f"{common}\n\n\n{_text(lines, node)}\n"))
    return tuple(found)


def _is_probe(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name.startswith(PREFIX)


def _text(lines: list[str], node: ast.stmt) -> str:
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])
