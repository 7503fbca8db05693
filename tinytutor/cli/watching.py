"""The loop of `watch`: a save, or a key, leads to a check; what comes during one waits its turn."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tinytutor.cli.check_report import report_lines
from tinytutor.cli.checking import checked
from tinytutor.cli.keys import listening
from tinytutor.cli.output import Tone
from tinytutor.cli.saves import polled_saves, reported_saves
from tinytutor.cli.session import Session
from tinytutor.curriculum import Module
from tinytutor.notebooks.reading import LessonError
from tinytutor.notebooks.student import NotebookUnreadableError, read_student_notebook
from tinytutor.progress.errors import StoreError
from tinytutor.running.verdicts import Status
from tinytutor.tutor.errors import LockedError, NotStartedError
from tinytutor.tutor.hints import HintsError

if TYPE_CHECKING:
    from tinytutor.tutor.results import CheckResult


class Watcher:
    """Watches notebooks of a workspace until the student has had enough."""

    def __init__(self, session: Session, modules: Mapping[Path, Module], *, polling: bool):
        self._session = session
        self._output = session.output
        self._modules = modules
        self._polling = polling
        self._code: dict[str, str] = {}
        self._wanted: dict[str, bool] = {}
        """Modules to check, in the order in which they were asked for; whether in any case."""
        self._woken = asyncio.Event()
        self._over = False
        self._running: asyncio.Task[CheckResult] | None = None
        self._last: CheckResult | None = None
        self._is_first = True
        self._keys = ""

    async def run(self, first: Module) -> None:
        """Checks `first`, then whatever is saved. Returns when the student quits."""
        await self._session.tutor.runs.warm_up()
        self._changed(self._modules)
        files = asyncio.create_task(self._follow_files())
        files.add_done_callback(lambda _: self._woken.set())
        try:
            with listening(self._on_key) as has_keys:
                self._keys = _KEYS if has_keys else "Ctrl-C ends it."
                self._want(first.id)
                while not self._over:
                    await self._woken.wait()
                    self._woken.clear()
                    if files.done():
                        files.result()
                    while self._wanted and not self._over:
                        module_id = next(iter(self._wanted))
                        await self._check(module_id, fresh=self._wanted.pop(module_id))
                        # A save may have come before the system began to report them.
                        self._want(*self._changed(self._modules, settled=False))
        finally:
            files.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await files

    async def _check(self, module_id: str, *, fresh: bool) -> None:
        self._running = asyncio.create_task(checked(self._session, module_id, fresh=fresh))
        try:
            self._last = await self._running
        except asyncio.CancelledError:
            if not self._running.cancelled() or self._ending():
                raise
            self._output.note("Stopped: nothing was recorded.")
        except _MENDABLE as problem:
            self._output.note(str(problem))
        except (LockedError, NotStartedError) as problem:
            if self._is_first:
                raise
            self._output.note(str(problem))
        else:
            self._show(self._last)
        finally:
            self._running = None
            self._is_first = False

    def _ending(self) -> bool:
        """Whether it was we who were cancelled, not the check alone."""
        task = asyncio.current_task()
        return task is not None and task.cancelling() > 0

    def _show(self, result: CheckResult) -> None:
        next_id = self._session.tutor.next_module() if result.passed else None
        unicode = self._output.unicode
        for line in report_lines(result, self._session.course, next_id, unicode=unicode):
            self._output.line(*line)
        self._output.line()
        self._output.note(f"Watching for saves. {self._keys}")

    def _on_key(self, key: str) -> None:
        if key == "q":
            self._over = True
        if key in ("q", "c") and self._running is not None:
            self._running.cancel()
        elif key in ("r", "\r", "\n"):
            self._want(
                self._last.module_id if self._last else next(iter(self._modules.values())).id,
                fresh=True,
            )
        elif key == "h":
            self._show_hint()
        self._woken.set()

    def _show_hint(self) -> None:
        failing = self._first_failing()
        if failing is None:
            self._output.note("No test has failed: there is nothing to hint at.")
            return
        try:
            hint = self._session.tutor.next_hint(*failing)
        except (HintsError, StoreError) as problem:
            self._output.note(str(problem))
            return
        self._output.line((f"{hint.exercise_id}: hint {hint.step} of {hint.total}", Tone.STRONG))
        for line in hint.text.splitlines():
            self._output.line(f"  {line}" if line else "")

    def _first_failing(self) -> tuple[str, str] | None:
        verdicts = self._last.verdicts if self._last else ()
        for verdict in verdicts:
            if self._last and verdict.status is not Status.PASSED:
                return self._last.module_id, verdict.exercise_id
        return None

    def _want(self, *module_ids: str, fresh: bool = False) -> None:
        self._wanted.update(dict.fromkeys(module_ids, fresh))
        self._woken.set()

    async def _follow_files(self) -> None:
        saves = polled_saves if self._polling else reported_saves
        async for saved in saves(self._modules):
            self._want(*self._changed(sorted(saved)))

    def _changed(self, paths: Iterable[Path], *, settled: bool = True) -> list[str]:
        """Ids of the modules whose code is another than when it was looked at last."""
        modules = [(path, self._modules[path]) for path in paths]
        return [module.id for path, module in modules if self._is_changed(path, module, settled)]

    def _is_changed(self, path: Path, module: Module, settled: bool) -> bool:
        try:
            code = read_student_notebook(path).code_sha256
        except FileNotFoundError:  # some editors delete before they write
            return False
        except NotebookUnreadableError as problem:
            # In the middle of a save that is nothing to talk about.
            if settled:
                self._output.note(str(problem))
            return False
        changed = self._code.get(module.id) != code
        self._code[module.id] = code
        return changed


_MENDABLE = (NotebookUnreadableError, LessonError, StoreError, OSError)
"""What the next save may mend: watching goes on."""
_KEYS = "Keys: r run, h hint, c cancel a run, q quit."
