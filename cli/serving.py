"""Serves API and console: on a loopback port for people, on the data folder's socket for the command line."""

import os
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from smartregion.errors import Misconfigured

GRACE_SECONDS = 3


class WebServer:
    """uvicorn on two sockets, in a thread of its own. They open first, so that a taken port is told at once."""

    def __init__(self, port: int, local: Path) -> None:
        """Raises Misconfigured: the port is taken."""
        self._local_path = local
        self._tcp = _listen(port)
        self._local = _listen_locally(local)
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._tcp.getsockname()[1])

    def start(self, app: ASGIApp) -> None:
        """Begin to answer."""
        config = uvicorn.Config(
            app, log_config=None, access_log=False, timeout_graceful_shutdown=GRACE_SECONDS, lifespan="on"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._tcp, self._local],), name="web")
        self._thread.start()

    def stop(self) -> None:
        """Answer what is asked by now, then close."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join()
        self._tcp.close()
        self._local.close()
        self._local_path.unlink(missing_ok=True)


class Signals:
    """Turns the first SIGTERM or Ctrl+C into an event, and an error of any thread as well."""

    def __init__(self, failed: Callable[[BaseException, str], None]) -> None:
        self.ended = threading.Event()
        self.failed = False
        self._tell = failed
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        threading.excepthook = self._fail

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.ended.set()

    def _fail(self, arguments: threading.ExceptHookArgs) -> None:
        """A thread that ends by an error must not leave a service behind that looks alive."""
        self.failed = True
        if arguments.exc_value is not None:
            self._tell(arguments.exc_value, arguments.thread.name if arguments.thread else "")
        self.ended.set()


def _listen(port: int) -> socket.socket:
    # Named by its protocol: only then asyncio turns Nagle's delay off.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise Misconfigured(f"port {port} can't be used: {error.strerror}; choose another with --port") from error
    return listener


def _listen_locally(path: Path) -> socket.socket:
    """The socket of the command line: whoever may open it, may everything."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
        listener.listen(16)
    except OSError as error:
        listener.close()
        raise Misconfigured(
            f"the socket {path} can't be made: {error.strerror or error}; choose a data folder with a shorter path"
        ) from error
    finally:
        os.umask(before)
    return listener
