"""The app for browsers on this machine: textual-serve behind a guard that asks for a token."""

from __future__ import annotations

import hmac
import secrets
import shlex
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from aiohttp import web
from textual_serve.server import Server

HOST = "127.0.0.1"
_PAGES = Path(__file__).parent / "web"
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Guard:
    """Lets in who brings the token once in the address and then as a cookie.

    The host's name is compared, too: else a page of another site that resolves to this machine
    could speak to the app; and the origin, for browsers open web sockets from any page.
    """

    def __init__(self, port: int):
        self.token = secrets.token_urlsafe(24)
        self._hosts = {f"{HOST}:{port}", f"localhost:{port}"}
        self._cookie = f"tinytutor-{port}"

    @web.middleware
    async def check(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Answers 403 to everybody else."""
        origin = request.headers.get("Origin")
        if request.host not in self._hosts or (
            origin is not None and origin.partition("://")[2] not in self._hosts
        ):
            raise web.HTTPForbidden(text="This address is for this machine alone.")
        if self._knows(request.query.get("token", "")) and request.path == "/":
            entrance = web.HTTPFound("/")
            # Not in the address any more: it would stay in the history of the browser.
            entrance.set_cookie(self._cookie, self.token, httponly=True, samesite="Strict")
            return entrance
        if not self._knows(request.cookies.get(self._cookie, "")):
            raise web.HTTPForbidden(text="Open the whole address that `tinytutor serve` printed.")
        response = await handler(request)
        if not response.prepared:
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["X-Frame-Options"] = "DENY"
        return response

    def _knows(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self.token.encode())


class GuardedServer(Server):
    """Serves one command, quietly, to those whom the guard lets in."""

    def __init__(self, command: str, title: str, port: int):
        super().__init__(command, host=HOST, port=port, title=title, templates_path=_PAGES)
        self.guard = Guard(port)

    async def _make_app(self) -> web.Application:
        app: web.Application = await super()._make_app()
        app.middlewares.append(self.guard.check)
        return app

    async def on_startup(self, app: web.Application) -> None:
        """Says nothing: the command line prints the address."""


def serve(arguments: Sequence[str], title: str, port: int, ready: Callable[[str], None]) -> None:
    """Serves the app until Ctrl-C.

    Args:
        arguments: of `tinytutor`, for each visitor's app.
        title: of the page.
        port: 0 for any free one.
        ready: is told the address once it can be opened.

    Raises OSError where the port is taken.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        port = listening.getsockname()[1]
        command = shlex.join([sys.executable, "-m", "tinytutor", *arguments])
        server = GuardedServer(command, title, port)
        listening.listen()
        ready(f"http://{HOST}:{port}/?token={server.guard.token}")
        web.run_app(server._make_app(), sock=listening, print=None, access_log=None)
