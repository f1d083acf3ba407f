"""MQTT 3.1 and 3.1.1 on the wire, as far as the double speaks it. Names follow the specification."""

from enum import IntEnum
from typing import NamedTuple

LARGEST_PACKET = 1 << 20


class Kind(IntEnum):
    """The upper four bits of a packet's first byte."""

    CONNECT = 1
    PUBLISH = 3
    PUBREL = 6
    SUBSCRIBE = 8
    UNSUBSCRIBE = 10
    PINGREQ = 12
    DISCONNECT = 14


class Unparsable(Exception):
    """The bytes break the protocol; the connection ends without an answer."""


class Packet(NamedTuple):
    """One control packet: its kind, its four flags and what follows the length."""

    kind: int
    flags: int
    body: bytes


class Connect(NamedTuple):
    """What a client asks for when it connects."""

    protocol: bytes
    level: int
    client_id: str
    username: str
    password: str
    keepalive: int

    @property
    def spoken(self) -> bool:
        """Whether this server speaks that protocol and version."""
        return (self.protocol, self.level) in {(b"MQTT", 4), (b"MQTT", 3), (b"MQIsdp", 3)}


class UnspokenVersion(Exception):
    """A version this server does not speak, in bytes that tell no more."""


class Buffer:
    """Cuts what arrives into packets."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> None:
        """Take in what arrived."""
        self._bytes += data

    def next(self) -> Packet | None:
        """The next complete packet, None while it is incomplete.

        Raises:
            Unparsable: a length that is no length, or above 1 MiB.
        """
        length, start = _remaining_length(self._bytes)
        if length is None or len(self._bytes) < start + length:
            return None
        first = self._bytes[0]
        body = bytes(self._bytes[start : start + length])
        del self._bytes[: start + length]
        return Packet(first >> 4, first & 15, body)


def _remaining_length(data: bytearray) -> tuple[int | None, int]:
    length = 0
    for index, byte in enumerate(data[1:5]):
        length |= (byte & 127) << 7 * index
        if not byte & 128:
            if length > LARGEST_PACKET:
                raise Unparsable("packet too large")
            return length, index + 2
    if len(data) >= 5:
        raise Unparsable("length of more than four bytes")
    return None, 0


class _Fields:
    """Reads a body field by field."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def take(self, length: int) -> bytes:
        part = self._body[self._at : self._at + length]
        if len(part) < length:
            raise Unparsable("field cut short")
        self._at += length
        return part

    def number(self) -> int:
        return int.from_bytes(self.take(2))

    def data(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        try:
            return self.data().decode()
        except UnicodeDecodeError as error:
            raise Unparsable("text is not UTF-8") from error

    def more(self) -> bool:
        return self._at < len(self._body)


def parse_connect(body: bytes) -> Connect:
    """What a CONNECT asks for; a newer version is read as if it were 3.1.1, as the real server does.

    Raises:
        Unparsable: the fields do not fit. UnspokenVersion: nor could they, and the client shows no credentials.
    """
    fields = _Fields(body)
    protocol, level = fields.data(), fields.take(1)[0]
    flags, keepalive = fields.take(1)[0], fields.number()
    try:
        return _identity(fields, protocol, level, flags, keepalive)
    except Unparsable:
        if level >= 5 and not flags & 0xC0:
            raise UnspokenVersion from None
        raise


def _identity(fields: _Fields, protocol: bytes, level: int, flags: int, keepalive: int) -> Connect:
    if flags & 1:
        raise Unparsable("reserved flag is set")
    client_id = fields.text()
    if flags & 4:
        fields.text()
        fields.data()
    username = fields.text() if flags & 0x80 else ""
    password = fields.data().decode(errors="replace") if flags & 0x40 else ""
    return Connect(protocol, level, client_id, username, password, keepalive)


def parse_subscribe(packet: Packet) -> tuple[int, list[tuple[str, int]]]:
    """Packet id and (filter, QoS) pairs.

    Raises:
        Unparsable: wrong flags, a QoS above 2, no filter at all.
    """
    if packet.flags != 2:
        raise Unparsable("flags of SUBSCRIBE")
    fields = _Fields(packet.body)
    identity, wanted = fields.number(), []
    while fields.more():
        wanted.append((fields.text(), fields.take(1)[0]))
    if not wanted or any(qos > 2 for _, qos in wanted):
        raise Unparsable("filters of SUBSCRIBE")
    return identity, wanted


def parse_unsubscribe(packet: Packet) -> tuple[int, list[str]]:
    """Packet id and filters.

    Raises:
        Unparsable: wrong flags or fields.
    """
    if packet.flags != 2:
        raise Unparsable("flags of UNSUBSCRIBE")
    fields = _Fields(packet.body)
    identity, wanted = fields.number(), []
    while fields.more():
        wanted.append(fields.text())
    return identity, wanted


def parse_publish(packet: Packet) -> tuple[str, int, int, bytes]:
    """Topic, QoS, packet id (0 at QoS 0) and payload.

    Raises:
        Unparsable: QoS 3 or fields cut short.
    """
    qos = packet.flags >> 1 & 3
    if qos == 3:
        raise Unparsable("QoS 3")
    fields = _Fields(packet.body)
    topic = fields.text()
    identity = fields.number() if qos else 0
    return topic, qos, identity, packet.body[2 + len(topic.encode()) + (2 if qos else 0) :]


def connack(code: int) -> bytes:
    """CONNACK; session present is always 0."""
    return bytes((0x20, 2, 0, code))


def suback(identity: int, codes: list[int]) -> bytes:
    """SUBACK with one code for each filter."""
    body = identity.to_bytes(2) + bytes(codes)
    return b"\x90" + _length(len(body)) + body


def acknowledgement(first: int, identity: int) -> bytes:
    """PUBACK 0x40, PUBREC 0x50, PUBCOMP 0x70 or UNSUBACK 0xB0 of that packet id."""
    return bytes((first, 2)) + identity.to_bytes(2)


PINGRESP = b"\xd0\x00"


def publish(topic: bytes, payload: bytes) -> bytes:
    """PUBLISH at QoS 0, neither retained nor a repeat: all that this server ever sends."""
    head = len(topic)
    return b"0" + _length(2 + head + len(payload)) + head.to_bytes(2) + topic + payload


def _length(length: int) -> bytes:
    encoded = bytearray()
    while length > 127:
        encoded.append(length & 127 | 128)
        length >>= 7
    encoded.append(length)
    return bytes(encoded)
