"""A TCP proxy that makes the way to a server slow, cuts it, or loses what passes. Loopback only."""

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

_PIECE = 16_384


class Proxy:
    """Stands before a server on this machine for as long as the `with` lasts; its ways may change meanwhile."""

    def __init__(self, port: int, *, bytes_a_second: float = 0, delay: float = 0) -> None:
        """Args:
        port: where the server is.
        bytes_a_second: how fast replies and requests pass, each connection and direction; 0 without bound.
        delay: seconds each piece takes besides.
        """
        self.bytes_a_second = bytes_a_second
        self.delay = delay
        self.connections = 0
        """How many were made so far."""
        self.target = port
        """Where new connections lead."""
        self._cuts = 0
        self._bytes_before_cut = 0
        self._open: set[socket.socket] = set()
        self._dead: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._ended = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        """Begin to pass on."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every connection."""
        self._ended = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """End every connection now."""
        with self._lock:
            ended = list(self._open)
        for each in ended:
            _end(each)

    def fall_silent(self) -> None:
        """Lose all that passes on the connections there are, also their end: neither side hears of it."""
        with self._lock:
            self._dead |= self._open

    def cut_replies(self, times: int, after: int = 0) -> None:
        """Cut the next replies after so many bytes: the server did the work, and nobody hears of it."""
        with self._lock:
            self._cuts, self._bytes_before_cut = times, after

    def _accept(self) -> None:
        while not self._ended:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.target), 10)
        except OSError:
            _end(client)
            client.close()
            return
        server.settimeout(None)
        with self._lock:
            self._open |= {client, server}
        back = threading.Thread(target=self._pass, args=(server, client), kwargs={"reply": True}, daemon=True)
        back.start()
        self._pass(client, server, reply=False)
        back.join()
        with self._lock:
            self._open -= {client, server}
            self._dead -= {client, server}
        client.close()
        server.close()

    def _pass(self, source: socket.socket, sink: socket.socket, *, reply: bool) -> None:
        """Pass on until one side ends."""
        with suppress(OSError):
            while piece := source.recv(_PIECE):
                if source in self._dead:
                    continue
                if reply and self._to_be_cut():
                    sink.sendall(piece[: self._bytes_before_cut])
                    break
                self._take_time(len(piece))
                sink.sendall(piece)
        if source not in self._dead:
            _end(sink)
            _end(source)

    def _to_be_cut(self) -> bool:
        with self._lock:
            cut = self._cuts > 0
            self._cuts -= cut
            return cut

    def _take_time(self, size: int) -> None:
        pause = self.delay + (size / self.bytes_a_second if self.bytes_a_second else 0)
        if pause:
            time.sleep(pause)


def _end(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
