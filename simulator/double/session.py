"""One MQTT connection of the double, with the manners of the real server."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from simulator.double import filters, packets
from simulator.double.accounts import TRAFFIC_READ
from simulator.double.broker import Broker
from simulator.double.packets import Kind, Packet, Unparsable

ACCEPTED: Final = 0
UNACCEPTABLE_VERSION: Final = 1
SERVER_UNAVAILABLE: Final = 3
NOT_AUTHORIZED: Final = 5

_BATCH = 65_536
_KNOWN_TOPICS = 65_536


class Session(asyncio.Protocol):
    """From the TCP connection to its end: no session outlives it, and no client id takes another's place."""

    def __init__(self, broker: Broker) -> None:
        self.uid = ""
        self.client_id = ""
        self._broker = broker
        self._loop = asyncio.get_running_loop()
        self._incoming = packets.Buffer()
        self._connected = False
        self._may_read = False
        self._filters: list[tuple[str, tuple[str, ...]]] = []
        self._wanted: dict[tuple[str, ...], bool] = {}
        self._outgoing: list[bytes] = []
        self._outgoing_bytes = 0
        self._queue: deque[bytes] = deque()
        self._paused = False
        self._patience = 0.0
        self._heard_at = 0.0
        self._transport: asyncio.Transport
        self._timer: asyncio.TimerHandle
        self._handlers: dict[int, Callable[[Packet], None]] = {
            Kind.PUBLISH: self._on_publish,
            Kind.PUBREL: self._on_pubrel,
            Kind.SUBSCRIBE: self._on_subscribe,
            Kind.UNSUBSCRIBE: self._on_unsubscribe,
            Kind.PINGREQ: self._on_pingreq,
        }

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there; it must send CONNECT before long."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("not a stream")
        self._transport = transport
        high = self._broker.limits.buffer_bytes
        transport.set_write_buffer_limits(high=high, low=max(high - _BATCH, high // 2))
        self._heard_at = self._loop.time()
        self._patience = self._broker.limits.connect_seconds
        self._timer = self._loop.call_later(self._patience, self._look_at_the_clock)
        self._broker.open(self)
        if self._broker.refusing:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The client is gone, and with it everything it asked for."""
        self._timer.cancel()
        self._paused = False
        self._broker.leave(self)

    def data_received(self, data: bytes) -> None:
        """Answer packet by packet; whatever breaks the protocol ends the connection without an answer."""
        self._heard_at = self._loop.time()
        self._incoming.feed(data)
        try:
            while not self._transport.is_closing() and (packet := self._incoming.next()):
                self._on_packet(packet)
        except Unparsable:
            self._end()

    def pause_writing(self) -> None:
        """The reader is slow: what the socket holds is full."""
        self._paused = True

    def resume_writing(self) -> None:
        """There is room again: the queued packets go first."""
        self._paused = False
        while self._queue and not self._paused:
            self._transport.write(self._queue.popleft())
        if not self._paused:
            self._broker.ease()

    def congested(self) -> bool:
        """Whether a further packet could be dropped."""
        return self._paused

    def close(self) -> None:
        """End the connection hard."""
        self._broker.leave(self)
        self._transport.abort()

    def _end(self) -> None:
        self._broker.leave(self)
        self._transport.close()

    def offer(self, levels: tuple[str, ...], packet: bytes) -> bool:
        """Take a packet if a filter matches, or drop it when the reader is slow; false when no filter matches."""
        if not self._wants(levels):
            return False
        if self._paused:
            self._hold(packet)
            return True
        self._broker.sent += 1
        self._outgoing.append(packet)
        self._outgoing_bytes += len(packet)
        if self._outgoing_bytes >= _BATCH:
            self.flush()
        return True

    def flush(self) -> None:
        """Write what was taken since the last flush."""
        if self._outgoing:
            if not self._transport.is_closing():
                self._transport.write(b"".join(self._outgoing))
            self._outgoing.clear()
            self._outgoing_bytes = 0

    def _hold(self, packet: bytes) -> None:
        if len(self._queue) < self._broker.limits.queue_packets:
            self._queue.append(packet)
            self._broker.sent += 1
        else:
            self._broker.dropped += 1

    def _wants(self, levels: tuple[str, ...]) -> bool:
        wanted = self._wanted.get(levels)
        if wanted is None:
            if len(self._wanted) >= _KNOWN_TOPICS:
                self._wanted.clear()
            wanted = self._may_read and any(filters.matches(one, levels) for _, one in self._filters)
            self._wanted[levels] = wanted
        return wanted

    def _look_at_the_clock(self) -> None:
        left = self._heard_at + self._patience - self._loop.time()
        if left <= 0:
            self._end()
        else:
            self._timer = self._loop.call_later(left, self._look_at_the_clock)

    def _on_packet(self, packet: Packet) -> None:
        if not self._connected:
            self._on_connect(packet)
        elif packet.kind == Kind.DISCONNECT:
            self._end()
        elif handler := self._handlers.get(packet.kind):
            handler(packet)
        else:
            raise Unparsable("out of place")

    def _on_connect(self, packet: Packet) -> None:
        if packet.kind != Kind.CONNECT:
            raise Unparsable("CONNECT comes first")
        try:
            connect = packets.parse_connect(packet.body)
        except packets.UnspokenVersion:
            self._refuse(UNACCEPTABLE_VERSION)
            return
        code = self._admit(connect)
        if code:
            self._refuse(code)
        else:
            self._welcome(connect.keepalive)

    def _admit(self, connect: packets.Connect) -> int:
        if not connect.spoken:
            return UNACCEPTABLE_VERSION
        signed_in = self._broker.accounts.sign_in(connect.username, connect.password)
        if signed_in is None:
            return NOT_AUTHORIZED
        application, rights = signed_in
        self.uid, self.client_id = application.uid, connect.client_id
        self._may_read = TRAFFIC_READ in rights
        return ACCEPTED if self._broker.join(self) else SERVER_UNAVAILABLE

    def _refuse(self, code: int) -> None:
        self._transport.write(packets.connack(code))
        self._transport.close()

    def _welcome(self, keepalive: int) -> None:
        self._connected = True
        self._patience = self._broker.limits.patience(keepalive)
        self._timer.cancel()
        self._timer = self._loop.call_later(self._patience, self._look_at_the_clock)
        self._transport.write(packets.connack(ACCEPTED))

    def _on_subscribe(self, packet: Packet) -> None:
        identity, wanted = packets.parse_subscribe(packet)
        answers = [(text, filters.accept(text, self.uid), qos) for text, qos in wanted]
        self._filters += [(text, levels) for text, levels, _ in answers if levels]
        self._wanted.clear()
        self._transport.write(packets.suback(identity, [qos if levels else 0x80 for _, levels, qos in answers]))

    def _on_unsubscribe(self, packet: Packet) -> None:
        identity, unwanted = packets.parse_unsubscribe(packet)
        self._filters = [one for one in self._filters if one[0] not in unwanted]
        self._wanted.clear()
        self._transport.write(packets.acknowledgement(0xB0, identity))

    def _on_publish(self, packet: Packet) -> None:
        _, qos, identity, _ = packets.parse_publish(packet)
        if qos:
            self._transport.write(packets.acknowledgement(0x40 if qos == 1 else 0x50, identity))

    def _on_pubrel(self, packet: Packet) -> None:
        self._transport.write(packets.acknowledgement(0x70, int.from_bytes(packet.body[:2])))

    def _on_pingreq(self, packet: Packet) -> None:  # noqa: ARG002 - one signature for all handlers
        self._transport.write(packets.PINGRESP)
