"""A client that reaches the double by a bare socket, and the names of the county application."""

import socket

APPLICATION = "umwelt-sensorik"
TENANT = "kreis-musterland"
UID = f"{APPLICATION}@{TENANT}"


def _text(value: str) -> bytes:
    return len(value.encode()).to_bytes(2) + value.encode()


def _packet(first: int, body: bytes) -> bytes:
    length, size = bytearray(), len(body)
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    return bytes((first, *length, size)) + body


class RawClient:
    """MQTT by hand: sends bytes, reads bytes."""

    def __init__(self, port: int, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect(("127.0.0.1", port))
        self.socket.settimeout(20)

    def send(self, data: bytes) -> None:
        """Write bytes as they are."""
        self.socket.sendall(data)

    def connect(
        self,
        username: str | None,
        password: str | None,
        *,
        level: int = 4,
        name: str = "MQTT",
        client_id: str = "me",
        keepalive: int = 0,
        clean: bool = True,
        properties: bytes = b"",
    ) -> None:
        """Send CONNECT."""
        flags = (0x80 if username is not None else 0) | (0x40 if password is not None else 0) | (2 if clean else 0)
        body = _text(name) + bytes((level, flags)) + keepalive.to_bytes(2) + properties + _text(client_id)
        body += b"".join(_text(part) for part in (username, password) if part is not None)
        self.send(_packet(0x10, body))

    def subscribe(self, *filters: tuple[str, int]) -> list[int]:
        """Subscribe and give the codes of the SUBACK."""
        self.send(_packet(0x82, b"\0\x07" + b"".join(_text(text) + bytes((qos,)) for text, qos in filters)))
        first, body = self.packet()
        assert (first, body[:2]) == (0x90, b"\0\x07")
        return list(body[2:])

    def packet(self) -> tuple[int, bytes]:
        """The next packet: first byte and body. EOFError when the server closed."""
        first, length, shift = self._take(1)[0], 0, 0
        while True:
            byte = self._take(1)[0]
            length |= (byte & 127) << shift
            shift += 7
            if not byte & 128:
                return first, self._take(length)

    def published(self) -> tuple[str, bytes]:
        """Topic and payload of the next packet, which must be a PUBLISH at QoS 0, not retained, no repeat."""
        first, body = self.packet()
        assert first == 0x30
        length = int.from_bytes(body[:2])
        return body[2 : 2 + length].decode(), body[2 + length :]

    def ping(self) -> None:
        """Send PINGREQ and wait for the answer, so all that came before is known to be handled."""
        self.send(b"\xc0\x00")
        assert self.packet() == (0xD0, b"")

    def rest(self) -> bytes:
        """All that comes until the server closes."""
        data = b""
        while part := self.socket.recv(65_536):
            data += part
        return data

    def _take(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            part = self.socket.recv(length - len(data))
            if not part:
                raise EOFError
            data += part
        return data
