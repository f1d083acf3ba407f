"""CPU that receiving takes, by the product's own source: a thread sends it packets made beforehand."""

import socket
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field

from ingest.collector import Acknowledge
from ingest.mqtt import MqttSource
from ingest.status import Connections
from simulator.double import packets
from smartregion import logs
from smartregion.clock import SystemClock
from smartregion.model import Message
from smartregion.region import Application

_PIECE = 65_536
_PATIENCE = 60.0


def received_cpu(application: Application, messages: Sequence[Message]) -> float:
    """Seconds of CPU a message costs from the socket to the collector's door, paho's part included."""
    logs.configure("error")
    with closing(socket.create_server(("127.0.0.1", 0))) as door:
        feeder = threading.Thread(target=_feed, args=(door, messages), daemon=True)
        feeder.start()
        met = _Met(len(messages))
        local = application.model_copy(update={"mqtt_port": door.getsockname()[1]})
        source = MqttSource(local, "key", met.take, Connections(), SystemClock(), logs.get("bench"))
        reader = threading.Thread(target=source.run, daemon=True)
        reader.start()
        complete = met.complete.wait(_PATIENCE)
        source.stop()
        reader.join()
        feeder.join()
    if not complete:
        raise RuntimeError(f"{met.count} of {len(messages)} messages came")
    return met.spent / (len(messages) - 1)


@dataclass
class _Met:
    """Counts, and reads the thread's clock at the first message and at the last."""

    expected: int
    count: int = 0
    spent: float = 0.0
    complete: threading.Event = field(default_factory=threading.Event)

    def take(self, _message: Message, _acknowledge: Acknowledge | None) -> bool:
        self.count += 1
        if self.count == 1:
            self.spent = -time.thread_time()
        elif self.count == self.expected:
            self.spent += time.thread_time()
            self.complete.set()
        return True


def _feed(door: socket.socket, messages: Sequence[Message]) -> None:
    """A broker with one client and nothing to learn: it greets, agrees, and sends."""
    stream = b"".join(packets.publish(message.topic.encode(), message.payload) for message in messages)
    channel, _ = door.accept()
    with closing(channel):
        incoming = packets.Buffer()
        _next(channel, incoming)
        channel.sendall(packets.connack(0))
        identity, wanted = packets.parse_subscribe(_next(channel, incoming))
        channel.sendall(packets.suback(identity, [0] * len(wanted)))
        for start in range(0, len(stream), _PIECE):
            channel.sendall(stream[start : start + _PIECE])
        while channel.recv(_PIECE):
            pass


def _next(channel: socket.socket, incoming: packets.Buffer) -> packets.Packet:
    while (packet := incoming.next()) is None:
        incoming.feed(channel.recv(_PIECE))
    return packet
