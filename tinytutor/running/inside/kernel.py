"""The kernel of every run: IPython's, except that tests and probes run apart from it."""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

from ipykernel.ipkernel import IPythonKernel

from tinytutor.running.inside.apart import error_content, namespace_for, run_apart
from tinytutor.running.inside.instructions import INSTRUCTIONS
from tinytutor.running.inside.originals import Originals, load_watched
from tinytutor.running.plain_values import to_json

PROGRAM_NAME = "tinytutor-kernel"
"""What cells see as `sys.argv[0]`."""
_DEBUGGER = "debugpy"


def _load_without_debugger() -> None:
    """Lets ipykernel find no debugpy, which nobody here speaks to. Students can import it.

    It would take as long to import as all the rest of a kernel takes to start, and 10 MiB.
    """
    modules: dict[str, Any] = sys.modules
    known = modules.get(_DEBUGGER)
    modules[_DEBUGGER] = None  # an import of it fails
    importlib.import_module("ipykernel.debugger")
    del modules[_DEBUGGER]
    if known is not None:
        modules[_DEBUGGER] = known


_load_without_debugger()


class TutorKernel(IPythonKernel):
    """Remembers what tests rely on before the first cell runs."""

    def __init__(self, **settings: Any):
        super().__init__(**settings)  # type: ignore[no-untyped-call]
        load_watched()
        self._originals = Originals()

    async def do_execute(
        self,
        code: str,
        silent: bool,
        store_history: bool = True,
        user_expressions: dict[str, str] | None = None,
        allow_stdin: bool = False,
        *,
        cell_meta: Any = None,
        cell_id: Any = None,
    ) -> dict[str, Any]:
        """The content of the reply."""
        instructions = (user_expressions or {}).get(INSTRUCTIONS)
        if instructions is not None:
            return self._do_apart(code, json.loads(instructions), allow_stdin)
        reply: dict[str, Any] = await super().do_execute(  # type: ignore[no-untyped-call]
            code,
            silent,
            store_history,
            user_expressions,
            allow_stdin,
            cell_meta=cell_meta,
            cell_id=cell_id,
        )
        return reply

    def _do_apart(
        self, code: str, instructions: dict[str, Any], allow_stdin: bool
    ) -> dict[str, Any]:
        shell: Any = self.shell
        label = f"Cell In[{shell.execution_count}]"
        common = {"execution_count": shell.execution_count, "user_expressions": {}, "payload": []}
        shell.execution_count += 1
        self._originals.put_back()
        self._forward_input(allow_stdin)  # type: ignore[no-untyped-call]
        try:
            names = namespace_for(shell.user_ns)
            run_apart(code, label, names)
            answer = {}
            if instructions["run"] == "probe":
                answer["answer"] = _answer(names, instructions)
            return {"status": "ok", **answer, **common}
        except BaseException as error:  # also SystemExit and the interrupt at a limit
            return {**error_content(error, self._place_of, label), **common}
        finally:
            self._restore_input()  # type: ignore[no-untyped-call]

    def _place_of(self, filename: str) -> str | None:
        shell: Any = self.shell
        found = shell.compile.format_code_name(filename)
        return " ".join(found) if found else None


def _answer(names: dict[str, Any], instructions: dict[str, Any]) -> str:
    numpy = sys.modules["numpy"]
    rng = numpy.random.Generator(numpy.random.PCG64(instructions["seed"]))
    return to_json(names[instructions["function"]](rng))


def main() -> None:
    """Runs a kernel as a process of its own, with the arguments of ipykernel."""
    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415

    sys.argv[0] = PROGRAM_NAME
    IPKernelApp.launch_instance(kernel_class=TutorKernel)
