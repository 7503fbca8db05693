"""Runs a lesson as a program and records which functions ran. A program of its own.

    python -I observer.py job.json

It imports nothing of the package. What it saw goes to the file that the job names, one JSON line
per event, each written at once, so that a killed run keeps what it had seen.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import json
import os
import sys
import traceback
import types
from pathlib import Path
from typing import Any

_SEEN, _IN_MAIN = "__observed_function__", "__observed_main__"


class _Recorder:
    """Writes each event once."""

    def __init__(self, path: str):
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._known: set[tuple[object, ...]] = set()
        self._main = False

    def event(self, *parts: object) -> None:
        if parts not in self._known:
            self._known.add(parts)
            os.write(self._descriptor, (json.dumps(parts) + "\n").encode("ascii"))

    def function(self, name: str, line: int) -> None:
        self.event("main" if self._main else "top", name, line)

    def main(self, begins: bool) -> None:
        self._main = begins
        if begins:
            self.event("reached_main")


class _Instrument(ast.NodeTransformer):
    """Lets every function of the lesson say that it runs, and every main block that it begins."""

    def _definition(self, node: Any) -> Any:
        self.generic_visit(node)
        call = _call(_SEEN, node, ast.Constant(node.name), ast.Constant(node.lineno))
        after = int(bool(node.body) and _is_text(node.body[0]))
        node.body.insert(after, call)
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = _definition  # noqa: N815  names of ast

    def visit_If(self, node: ast.If) -> ast.If:
        self.generic_visit(node)
        test = ast.dump(node.test)
        if "id='__name__'" in test and "value='__main__'" in test:
            node.body.insert(0, _call(_IN_MAIN, node, ast.Constant(True)))
            node.body.append(_call(_IN_MAIN, node, ast.Constant(False)))
        return node


def _call(name: str, place: ast.stmt, *arguments: ast.expr) -> ast.Expr:
    call = ast.Expr(ast.Call(ast.Name(name, ast.Load()), list(arguments), []))
    return ast.fix_missing_locations(ast.copy_location(call, place))


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _limit(job: dict[str, Any]) -> None:
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return
    for name, value in job["limits"].items():
        number = getattr(resource, name)
        highest = resource.getrlimit(number)[1]
        most = value if highest == resource.RLIM_INFINITY else min(value, highest)
        resource.setrlimit(number, (most, most))


def _notebook_names() -> dict[str, Any]:
    """What IPython puts into every notebook."""

    class Shell:
        """Takes any magic and does nothing."""

        def __getattr__(self, _: str) -> Any:
            return lambda *_, **__: None

    return {"get_ipython": Shell, "display": print}


def _line_in(path: str, error: BaseException) -> int:
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno or 1
    frames = traceback.extract_tb(error.__traceback__)
    return next((f.lineno or 1 for f in reversed(frames) if f.filename == path), 1)


def _first_line(error: BaseException) -> str:
    text = " ".join(str(error).split())[:400]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def main() -> int:
    """Runs the job; its exit code says nothing that the events don't."""
    job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    recorder = _Recorder(job["events"])
    _limit(job)
    path = job["path"]
    sys.path[:0] = [job["folder"], *job["library"]]
    sys.argv = [path]
    program = types.ModuleType("__main__")
    program.__dict__["__builtins__"] = builtins
    if job["notebook"]:
        program.__dict__.update(_notebook_names())
    else:
        program.__file__ = path
    builtins.__dict__[_SEEN] = recorder.function
    builtins.__dict__[_IN_MAIN] = recorder.main
    sys.modules["__main__"] = program
    try:
        tree = _Instrument().visit(ast.parse(job["program"], path))
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if job["notebook"] else 0
        code = compile(tree, path, "exec", flags=flags, dont_inherit=True)
        found = eval(code, program.__dict__)
        if found is not None and asyncio.iscoroutine(found):
            asyncio.run(found)
    except SystemExit as leaving:
        if leaving.code in (None, 0):
            recorder.event("end")
        else:
            recorder.event("error", f"SystemExit: {leaving.code}", _line_in(path, leaving), "")
    except BaseException as error:
        missing = getattr(error, "name", "") if isinstance(error, ImportError) else ""
        recorder.event("error", _first_line(error), _line_in(path, error), missing or "")
    else:
        recorder.event("end")
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    # No threads or exit handlers of the lesson may hold the run up.
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
