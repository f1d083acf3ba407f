"""The HTTP side of the double: routes, and a server in a thread of its own."""

import socket
import threading
from collections.abc import Callable
from email.utils import formatdate

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.double import replies
from simulator.double.identity import Identity
from simulator.double.storage import Storage, media_type
from smartregion.clock import SECOND, Clock


def routes(identity: Identity, storage: Storage | None) -> list[Route]:
    """The paths of the API; an Open Source server has no storage."""
    application = "/api/v3/applications/{app}"
    traffic = "/api/v3/as/applications/{app}"
    found = [
        Route("/api/v3/auth_info", identity.auth_info),
        Route(application, identity.application),
        Route(f"{application}/rights", identity.rights),
        Route(f"{application}/devices", identity.devices),
        Route(f"{application}/devices/{{dev}}", identity.device),
        Route(f"{traffic}/mqtt-connection-info", identity.connection),
    ]
    if storage is not None:
        for path in ("packages/storage", "devices/{dev}/packages/storage"):
            found += [
                Route(f"{traffic}/{path}/{{kind}}", storage.rows),
                Route(f"{traffic}/{path}/{{kind}}/count", storage.count),
            ]
    return found


def create_app(identity: Identity, storage: Storage | None) -> Starlette:
    """Build the API."""
    handlers = {replies.Refusal: _refuse, HTTPException: _refuse}
    app = Starlette(routes=routes(identity, storage), exception_handlers=handlers)
    app.router.redirect_slashes = False
    return app


def _refuse(request: Request, error: Exception) -> Response:
    if isinstance(error, replies.Refusal):
        return error.response()
    wrong_method = isinstance(error, HTTPException) and error.status_code == 405
    return (replies.wrong_method() if wrong_method else replies.not_found()).response(media_type(request))


class WebServer:
    """Serves the API on a loopback port."""

    def __init__(
        self, app: ASGIApp, host: str, port: int, certificate: tuple[str, str] | None, *, dated: bool = False
    ) -> None:
        """`dated`: the application says itself what time it is."""
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((host, port))
        self.port: int = self._listener.getsockname()[1]
        certfile, keyfile = certificate or (None, None)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=not dated,
            lifespan="off",
            timeout_graceful_shutdown=1,
            ws="none",
            ssl_certfile=certfile,
            ssl_keyfile=keyfile,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._run, name="double-http", daemon=True)

    def start(self) -> None:
        """Begin to serve; returns when the port answers."""
        self._thread.start()
        self._server.ready.wait()

    def stop(self) -> None:
        """End the server."""
        self._server.should_exit = True
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._listener])


class Dated:
    """An application whose answers carry the time of a clock."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def with_date(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Date"] = formatdate(self._clock.now() // SECOND, usegmt=True)
            await send(message)

        await self._app(scope, receive, with_date)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


Addresses = Callable[[], tuple[str, str]]
"""Where MQTT is: plain and with TLS, `host:port` each, empty where there is none."""
