"""A socket that reads much at once.

paho reads an MQTT packet in three or four small `recv`; each is a system call. Given this socket they are slices of
memory, and a packet costs a third less. It offers what paho asks of its own wrappers (for TLS and WebSocket).
"""

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paho.mqtt.client import SocketLike  # paho names the type for checkers only

CAPACITY = 256 * 1024


class BufferedSocket:
    """Wraps a connected socket; `pending` tells how many bytes can be had without waiting."""

    def __init__(self, inner: "SocketLike") -> None:
        self._inner = inner
        self._data = b""
        self._at = 0

    def recv(self, buffer_size: int) -> bytes:
        """Up to `buffer_size` bytes. Raises BlockingIOError when there is none yet."""
        if self._at >= len(self._data):
            try:
                self._data = self._inner.recv(CAPACITY)
            except ssl.SSLWantReadError as error:
                raise BlockingIOError from error
            self._at = 0
        part = self._data[self._at : self._at + buffer_size]
        self._at += len(part)
        return part

    def pending(self) -> int:
        """Bytes at hand, in this buffer or in TLS's own."""
        own = len(self._data) - self._at
        return own + (self._inner.pending() if isinstance(self._inner, ssl.SSLSocket) else 0)

    def send(self, buffer: bytes | bytearray) -> int:
        """Write what fits."""
        return self._inner.send(buffer)

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001 — the name and shape that sockets have
        """Make reads return at once, or not."""
        self._inner.setblocking(flag)

    def fileno(self) -> int:
        """The descriptor, for select."""
        return self._inner.fileno()

    def close(self) -> None:
        """Close the socket."""
        self._inner.close()
