"""A real Chromium, driven over its DevTools protocol: no driver program, no further package."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
"""Its program, None where there is none."""


class Page:
    """One tab: what it was sent over web sockets, keys, size, pictures."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse):
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.received = ""
        """All that came over web sockets, as text."""

    async def listen(self) -> None:
        async for message in self._socket:
            found = json.loads(message.data)
            if found.get("method") == "Network.webSocketFrameReceived":
                frame = found["params"]["response"]
                data = frame["payloadData"]
                if frame["opcode"] == 2:
                    data = base64.b64decode(data).decode("utf-8", "replace")
                self.received += data
            elif found.get("id") in self._answers:
                self._answers.pop(found["id"]).set_result(found)

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        found = await asyncio.wait_for(answer, 60)
        assert "error" not in found, found
        result: dict[str, Any] = found["result"]
        return result

    async def open(self, address: str) -> None:
        await self.ask("Network.enable")
        await self.ask("Page.enable")
        await self.ask("Page.navigate", url=address)

    async def evaluate(self, expression: str) -> Any:
        result = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        return result["result"].get("value")

    async def resize(self, width: int, height: int) -> None:
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    async def click(self, x: int, y: int) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            await self.ask(
                "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1
            )

    async def press(self, key: str, code: int = 0, text: str = "") -> None:
        event = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        kind = "keyDown" if text else "rawKeyDown"
        await self.ask("Input.dispatchKeyEvent", type=kind, text=text, **event)
        await self.ask("Input.dispatchKeyEvent", type="keyUp", **event)

    async def until_received(self, *words: str, seconds: float = 90) -> None:
        """Waits until each of the words was drawn; forgets then what came before."""
        async with asyncio.timeout(seconds):
            while not all(word in self.received for word in words):
                await asyncio.sleep(0.1)
        self.received = ""

    async def picture(self, path: Path) -> bytes:
        result = await self.ask("Page.captureScreenshot", format="png")
        data = base64.b64decode(result["data"])
        path.write_bytes(data)
        return data


@asynccontextmanager
async def opened(profile: Path) -> AsyncIterator[Page]:
    """A browser with an empty tab."""
    assert CHROMIUM is not None
    browser = await asyncio.create_subprocess_exec(
        CHROMIUM,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        f"--user-data-dir={profile}",
        "--remote-debugging-port=0",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        ports = profile / "DevToolsActivePort"
        async with asyncio.timeout(60):
            while not ports.exists() or not ports.read_text().strip():
                await asyncio.sleep(0.1)
        port = ports.read_text().split()[0]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                tabs = await answer.json()
            address = next(t["webSocketDebuggerUrl"] for t in tabs if t["type"] == "page")
            async with session.ws_connect(address, max_msg_size=0) as socket:
                page = Page(socket)
                listening = asyncio.create_task(page.listen())
                try:
                    yield page
                finally:
                    listening.cancel()
    finally:
        os.killpg(browser.pid, 9)
        await browser.wait()
