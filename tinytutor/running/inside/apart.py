"""Runs a test, or a probe, apart from what a student's code can reach by accident.

It does not go through IPython, so that its transformers, hooks and history have no say. It sees
the student's names in a namespace of its own, in which Python's built-in names mean what they
always do.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

_HERE = str(Path(__file__).parent)
_MOST_FRAMES = 200
_MOST_CHARACTERS = 20_000
_HIDDEN = ("get_ipython", "In", "Out", "_", "__", "___", "exit", "quit")


def namespace_for(student_names: Mapping[str, Any]) -> dict[str, Any]:
    """The names that a test sees: the student's, without those that hide a built-in one."""
    own = {
        name: value
        for name, value in student_names.items()
        if name not in _HIDDEN and not hasattr(builtins, name)
    }
    return {**own, "__name__": "__main__", "__builtins__": builtins}


def run_apart(source: str, label: str, names: dict[str, Any]) -> None:
    """Executes source in a namespace; raises what it raises. Its lines are called `label`."""
    exec(compile(source, label, "exec", dont_inherit=True), names)


def error_content(
    error: BaseException, place_of: Callable[[str], str | None], label: str
) -> dict[str, Any]:
    """What an execute reply says of an exception.

    Args:
        error: what was raised.
        place_of: the label of a cell's code, such as `Cell In[3]`, by the name that it was
            compiled under; None for a file.
        label: of the source that was run.
    """
    lines: list[str] = []
    for one in reversed(list(_chain(error))):
        if isinstance(one, SyntaxError) and one.filename == label:
            lines.append(f"{label}, line {one.lineno or 1}")
        lines.extend(_frame_lines(one.__traceback__, place_of, label))
    return {
        "status": "error",
        "ename": type(error).__name__,
        "evalue": _text_of(error)[:_MOST_CHARACTERS],
        "traceback": lines[-_MOST_FRAMES:],
    }


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as problem:  # a student's own exception may have a broken __str__
        return f"(its text can't be shown: {type(problem).__name__})"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and those that led to it, as a traceback shows them."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _frame_lines(
    trace: TracebackType | None, place_of: Callable[[str], str | None], label: str
) -> Iterator[str]:
    while trace is not None:
        code = trace.tb_frame.f_code
        place = label if code.co_filename == label else place_of(code.co_filename)
        if not code.co_filename.startswith(_HERE):
            where = f"{place}, line" if place else f"File {code.co_filename}:"
            space = " " if place else ""
            yield f"{where}{space}{trace.tb_lineno} in {code.co_name}"
        trace = trace.tb_next
