"""Asks a kernel what it knows of names: how they may go on, and what they are documented to do."""

from __future__ import annotations

from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient

from tinytutor.running.events import Question
from tinytutor.running.text import plain_text

_ANSWER_SECONDS = 2.0
"""Who types waits no longer."""
_MOST_NAMES = 200
_MOST_CHARACTERS = 8_000


async def ask_kernel(client: AsyncKernelClient, question: Question) -> list[str]:
    """Completions of the name before the cursor, or the one text that describes it.

    Empty where the kernel knows nothing, or does not answer soon.
    """
    if question.describe:
        request = client.inspect(question.code, question.cursor)
    else:
        request = client.complete(question.code, question.cursor)
    try:
        reply = await client.get_shell_msg(timeout=_ANSWER_SECONDS)
        while reply["parent_header"].get("msg_id") != request:
            reply = await client.get_shell_msg(timeout=_ANSWER_SECONDS)
    except Empty:
        return []
    content: dict[str, Any] = reply["content"]
    if question.describe:
        text = plain_text(str(content.get("data", {}).get("text/plain", "")))
        return [text[:_MOST_CHARACTERS]] if text else []
    return [plain_text(str(name)) for name in content.get("matches", ())][:_MOST_NAMES]
