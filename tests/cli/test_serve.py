"""The app in a browser: who gets in, and a real Chromium that does a module's work."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.cli.browser import CHROMIUM, opened
from tests.cli.conftest import write_cell
from tests.courses import NUMBERS, reference_cell

pytestmark = pytest.mark.skipif(os.name == "nt", reason="textual-serve needs POSIX")


@pytest.fixture
async def address(workspace: Path, tmp_path: Path) -> AsyncIterator[str]:
    """What `tinytutor serve` printed; the server ends with the test."""
    environment = {**os.environ, "TINYTUTOR_CONFIG": str(tmp_path / "settings.json")}
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tinytutor", "serve", "--no-open"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment,
    )
    assert server.stdout is not None
    yield (await asyncio.wait_for(server.stdout.readline(), 60)).decode().strip()
    server.terminate()
    await asyncio.wait_for(server.wait(), 30)


async def status(address: str, **headers: str) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.get(address, headers=headers, allow_redirects=True) as answer,
    ):
        return answer.status


async def test_only_who_has_the_token_gets_in(address: str) -> None:
    bare, _, token = address.partition("?token=")
    assert bare.startswith("http://127.0.0.1:")
    assert len(token) >= 32
    # The jar keeps cookies of a bare IP address only where it is told to.
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        async with session.get(address) as answer:
            assert answer.status == 200
            assert "token" not in str(answer.url), "it would stay in the browser's history"
            page = await answer.text()
            assert 'class="textual-terminal"' in page
            assert "googleapis" not in page, "nothing is fetched from elsewhere"
        async with session.get(f"{bare}static/js/textual.js") as answer:
            assert answer.status == 200
    for path in ("", "?token=wrong", "static/js/textual.js", "ws", "download/x"):
        assert await status(bare + path) == 403, path


async def test_other_names_and_other_pages_are_refused(address: str) -> None:
    assert await status(address, Host="evil.example") == 403
    assert await status(address, Origin="http://evil.example") == 403


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
async def test_a_module_is_checked_in_a_real_browser(
    address: str, workspace: Path, tmp_path: Path
) -> None:
    async with opened(tmp_path / "profile") as page:
        await page.resize(1200, 800)
        await page.open(address)
        await page.until_received("01 Numbers", "02 Words", "open")
        before = await page.picture(tmp_path / "map.png")
        await page.click(30, 400)
        await page.press("Enter", 13, "\r")
        await page.until_received("from nothing")
        for exercise in NUMBERS.exercises:
            write_cell(workspace / "01_numbers.ipynb", exercise, reference_cell(exercise))
        # The save runs the exercise's test by itself.
        await page.until_received("loaded", "goes to the next exercise")
        await page.press("F6", 117)
        await page.until_received("Now in your library")
        await page.press("Enter", 13, "\r")
        await page.until_received("1 of 3 passed")
        await page.resize(800, 500)
        await page.until_received("02 Words")
        assert await page.picture(tmp_path / "small.png") != before
        assert await page.evaluate("document.body.classList.contains('-closed')") is False
        assert "tinytutor-" not in await page.evaluate("document.cookie"), "hidden from scripts"
        await page.press("q", 81, "q")
        async with asyncio.timeout(30):
            while not await page.evaluate("document.body.classList.contains('-closed')"):
                await asyncio.sleep(0.1)
