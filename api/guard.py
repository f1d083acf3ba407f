"""What stands before every route: who may come in by which door, and headers that keep browsers careful."""

import re
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem

ADMIN: Final = "/v1/admin"
HOOKS: Final = "/hooks/tts"
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_HOST: Final = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?", re.ASCII)
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


def is_local(scope: Scope) -> bool:
    """Whether the request came over the service's own socket file, or from inside the process.

    A server knows a port for each of its network sockets, and none for a socket file; no header changes that.
    """
    server = scope.get("server")
    return server is not None and server[1] is None


class Guard:
    """Refuses foreign host names (a web page could give its own name our address), and /v1/admin over the network."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through what may come in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = self._app if is_local(scope) else self._over_network(scope)
        await answer(scope, receive, _careful(send, no_store=scope["path"].startswith("/v1")))

    def _over_network(self, scope: Scope) -> ASGIApp:
        path = scope["path"]
        host = Headers(scope=scope).get("host", "")
        # A webhook is asked for by the name of the proxy before us; its secret is nothing that a web page knows.
        if _name(host) not in LOOPBACK and not path.startswith(f"{HOOKS}/"):
            words = f"This service answers on this machine only, as localhost; it was asked for as {host[:100]!r}."
            return problem(403, words, path)
        if path == ADMIN or path.startswith(f"{ADMIN}/"):
            words = "Only the local socket of the service may do this; use the command line on the same machine."
            return problem(403, words, path)
        return self._app


def _name(host: str) -> str:
    """The host without its port; nothing when it is formed like none."""
    match = _HOST.fullmatch(host)
    return match[1].lower() if match else ""


def _careful(send: Send, *, no_store: bool) -> Send:
    async def careful(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if no_store:
                headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return careful
