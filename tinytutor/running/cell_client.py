"""nbclient for one cell at a time: live output within a cap, and the reply as the verdict."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode

from tinytutor.running.events import (
    CellError,
    CellOutput,
    CellStatus,
    Frame,
    RunCell,
    RunEvent,
)
from tinytutor.running.inside.instructions import INSTRUCTIONS
from tinytutor.running.kernel import Kernel
from tinytutor.running.limits import MOST_MESSAGES, MOST_OUTPUT_MIB, MOST_PICTURES_MIB
from tinytutor.running.text import plain_text

Emit = Callable[[RunEvent], None]

MOST_PICTURE_BYTES = 4 * 2**20
_FRAME = re.compile(
    r"^\s*(?:Cell In\[(?P<count>\d+)\], line |File (?P<file>.+?):)(?P<line>\d+)"
    r"(?: in (?P<function>[^\s(]+))?",
    re.MULTILINE,
)
_SYNTAX_PLACE = re.compile(r"\s*\([^()]*, line \d+\)$")

_CUT = "\n… output cut here: {} than the limit\n"
_UNREAD_FACTOR = 4
"""Escapes are removed from this much of a long text, in multiples of what may be shown."""


class FloodError(Exception):
    """A cell sends so much that it is not worth hearing it out; the message names the limit."""


@dataclass(frozen=True, slots=True)
class Reply:
    """How a cell ended, by the kernel's own word."""

    status: CellStatus
    error: CellError | None = None
    answer: str | None = None
    """Of a probe: plain values as JSON."""


class CellClient(NotebookClient):
    """nbclient for one cell at a time: live output within a cap, and the reply as the verdict."""

    def __init__(self, kernel: Kernel, emit: Emit):
        super().__init__(
            NotebookNode(cells=[_code_cell("")], metadata={}, nbformat=4, nbformat_minor=5),
            km=kernel.manager,
            allow_errors=True,
            timeout=None,
        )
        self._kernel_client = kernel.client
        self.kc = kernel.client
        self.kc.allow_stdin = False
        self.asked_to_exit = False
        self._emit_event = emit
        self._silent = False
        self._cell_id = ""
        self._bytes_left = self._messages_left = self._picture_bytes_left = 0
        self._bytes = self._messages = 0
        self._reply: dict[str, Any] = {}
        self._cell_by_count: dict[int, str] = {}
        self.on_cell_executed = self._keep_reply

    async def run(self, cell: RunCell, output_bytes: int, messages: int) -> Reply:
        """Runs one cell to its reply. Raises FloodError."""
        self._cell_id, self._reply = cell.id, {}
        self._bytes_left, self._messages_left = output_bytes, messages
        self._picture_bytes_left = MOST_PICTURES_MIB * 2**20
        self._bytes = self._messages = 0
        node = _code_cell(cell.source)
        if not cell.source.strip():
            return Reply(CellStatus.OK)
        # The count of the next execution is known before its reply: errors name it.
        self._cell_by_count[len(self._cell_by_count) + 1] = cell.id
        self._kernel_client.instructions = _instructions(cell)
        await self.async_execute_cell(node, 0)
        content = self._reply
        self.asked_to_exit = any(p.get("source") == "ask_exit" for p in content.get("payload", ()))
        if content.get("status") == "ok":
            answer = content.get("answer")
            return Reply(CellStatus.OK, answer=answer if isinstance(answer, str) else None)
        return Reply(CellStatus.ERROR, self._error(content))

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """Nothing is emitted inside: cells that run again have been reported already."""
        self._silent = True
        try:
            yield
        finally:
            self._silent = False

    async def _keep_reply(self, execute_reply: dict[str, Any], **_: Any) -> None:
        self._reply = execute_reply["content"]

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Emits what a cell shows; keeps nothing of it in memory."""
        kind, content = msg["msg_type"], msg["content"]
        if kind == "status":
            return super().process_message(msg, cell, cell_index)
        self._messages += 1
        if self._messages > MOST_MESSAGES:
            raise FloodError(f"killed: it sent more than {MOST_MESSAGES} messages")
        if kind == "stream":
            self._emit_text(content.get("text", ""), is_warning=content.get("name") == "stderr")
        elif kind in ("display_data", "execute_result"):
            self._emit_data(content.get("data", {}))
        return None

    def _emit_data(self, data: dict[str, Any]) -> None:
        picture = data.get("image/png")
        if isinstance(picture, str) and len(picture) <= MOST_PICTURE_BYTES:
            self._emit_picture(picture)
        elif "text/plain" in data:
            self._emit_text(str(data["text/plain"]) + "\n", is_warning=False)

    def _emit_picture(self, picture: str) -> None:
        self._picture_bytes_left -= len(picture)
        if self._picture_bytes_left < 0:
            self._emit_text(_CUT.format("its pictures are larger"), is_warning=False)
        elif not self._silent:
            self._emit_event(CellOutput(self._cell_id, "image/png", picture))

    def _emit_text(self, text: object, *, is_warning: bool) -> None:
        given = str(text)
        self._bytes += len(given)
        if self._bytes > MOST_OUTPUT_MIB * 2**20:
            raise FloodError(f"killed: it printed more than {MOST_OUTPUT_MIB} MiB")
        if self._silent or self._bytes_left <= 0:
            return
        shown = plain_text(given[: _UNREAD_FACTOR * self._bytes_left])
        self._messages_left -= 1
        if len(shown) > self._bytes_left:
            shown = shown[: self._bytes_left] + _CUT.format("it is longer")
            self._bytes_left = 0
        elif self._messages_left <= 0:
            shown += _CUT.format("it comes in more pieces")
            self._bytes_left = 0
        else:
            self._bytes_left -= len(shown)
        self._emit_event(CellOutput(self._cell_id, "text/plain", shown, is_warning))

    def _error(self, content: dict[str, Any]) -> CellError:
        name = str(content.get("ename", "Error"))[:200]
        message = plain_text(str(content.get("evalue", "")))[:20_000]
        if name in ("SyntaxError", "IndentationError", "TabError"):
            message = _SYNTAX_PLACE.sub("", message)
        lines: Iterable[object] = content.get("traceback") or ()
        trace = plain_text("\n".join(str(line) for line in lines))[:100_000]
        frames = [
            Frame(
                cell_id=self._cell_by_count.get(int(match["count"])) if match["count"] else None,
                file=match["file"] or "",
                line=int(match["line"]),
                function=match["function"] or "",
            )
            for match in _FRAME.finditer(trace)
        ]
        return CellError(name, message, tuple(frames[-50:]))


def _code_cell(source: str) -> NotebookNode:
    # `nbformat.v4.new_code_cell` would validate what is never written; that takes 30 ms at first.
    return NotebookNode(cell_type="code", source=source, metadata=NotebookNode(), outputs=[])


def _instructions(cell: RunCell) -> dict[str, str]:
    """What tells the kernel to run a cell apart from IPython; nothing for an ordinary one."""
    if cell.probe is not None:
        how = {"run": "probe", "function": cell.probe.function, "seed": cell.probe.seed}
        return {INSTRUCTIONS: json.dumps(how)}
    return {INSTRUCTIONS: json.dumps({"run": "test"})} if cell.is_test else {}
