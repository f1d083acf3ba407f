"""Who is connected, and how a message reaches them. Lives in one event loop and is touched only there."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from simulator.double import packets
from simulator.double.accounts import Accounts


@dataclass(frozen=True, slots=True)
class Limits:
    """What the MQTT side allows itself and its clients."""

    buffer_bytes: int = 3_000_000
    """What the socket to a slow reader holds before packets queue: about what the kernel's send buffer does."""
    queue_packets: int = 64
    """How many packets wait behind it; a further one is dropped without a word."""
    connect_seconds: float = 10.0
    keepalive_seconds: float = 3600.0
    """How long a client that asks for keepalive 0 may be silent."""

    def patience(self, keepalive: int) -> float:
        """Seconds a client may send nothing before its connection ends."""
        return keepalive * 1.5 or self.keepalive_seconds


class Counts(NamedTuple):
    """What went through the MQTT side so far."""

    published: int
    """Messages handed in."""
    sent: int
    """Copies written to subscribers."""
    dropped: int
    """Copies dropped because a reader was slow."""
    unheard: int
    """Messages that no subscriber got a copy of."""


class Subscriber(Protocol):
    """A connection, as the broker sees it."""

    uid: str
    client_id: str

    def offer(self, levels: tuple[str, ...], packet: bytes) -> bool:
        """Take a packet if a filter matches; false when none does."""
        ...

    def flush(self) -> None:
        """Write what was taken since the last flush."""
        ...

    def congested(self) -> bool:
        """Whether a further packet could be dropped."""
        ...

    def close(self) -> None:
        """End the connection hard."""
        ...


class Outgoing(NamedTuple):
    """A message on its way to the subscribers of one application."""

    uid: str
    device_id: str
    kind: str
    payload: bytes


class Broker:
    """Fans messages out to the connections of their application."""

    def __init__(self, accounts: Accounts, limits: Limits) -> None:
        self.accounts = accounts
        self.limits = limits
        self.silent = False
        """Redis is away: sessions stay, nothing is delivered."""
        self.refusing = False
        """New connections are closed without a word, as by the rate limit."""
        self.sent = 0
        self.dropped = 0
        self._published = 0
        self._unheard = 0
        self._subscribers: dict[str, list[Subscriber]] = {}
        self._open: set[Subscriber] = set()
        self._eased = asyncio.Event()

    def counts(self) -> Counts:
        """What went through so far."""
        return Counts(self._published, self.sent, self.dropped, self._unheard)

    def open(self, subscriber: Subscriber) -> None:
        """Know of a connection that has not said who it is."""
        self._open.add(subscriber)

    def join(self, subscriber: Subscriber) -> bool:
        """Take a connection in; false when its application has as many as it may."""
        application = self.accounts.by_uid(subscriber.uid)
        present = self._subscribers.setdefault(subscriber.uid, [])
        limit = application.connection_limit if application else None
        if limit is not None and len(present) >= limit:
            return False
        present.append(subscriber)
        return True

    def leave(self, subscriber: Subscriber) -> None:
        """Forget a connection; forgetting one twice is no error."""
        self._open.discard(subscriber)
        present = self._subscribers.get(subscriber.uid, [])
        if subscriber in present:
            present.remove(subscriber)
        self.ease()

    def ease(self) -> None:
        """Tell the waiting that a reader caught up or went away."""
        self._eased.set()

    def connections(self) -> list[Subscriber]:
        """All connections that were let in."""
        return [one for present in self._subscribers.values() for one in present]

    def disconnect_all(self) -> None:
        """End every connection hard, also those that have not said who they are."""
        for one in list(self._open):
            one.close()

    def disconnect(self, chosen: Callable[[Subscriber], bool]) -> int:
        """End the chosen connections hard and say how many."""
        ended = [one for one in self.connections() if chosen(one)]
        for one in ended:
            one.close()
        return len(ended)

    def deliver(self, messages: Iterable[Outgoing]) -> None:
        """Offer messages to whoever may hear them; slow readers lose the newest."""
        for message in messages:
            self._published += 1
            if not self._offer(message):
                self._unheard += 1
        for one in self.connections():
            one.flush()

    def _offer(self, message: Outgoing) -> bool:
        present = self._subscribers.get(message.uid)
        if not present or self.silent:
            return False
        levels = ("v3", message.uid, "devices", message.device_id, *message.kind.split("/"))
        packet = packets.publish("/".join(levels).encode(), message.payload)
        heard = 0
        for one in present:
            heard += one.offer(levels, packet)
        return heard > 0

    async def deliver_all(self, messages: Sequence[Outgoing]) -> None:
        """Deliver without dropping any: wait, as long as it takes, for readers that are slow."""
        step = max(min(32, self.limits.queue_packets), 1)
        for start in range(0, len(messages), step):
            await self._all_have_room()
            self.deliver(messages[start : start + step])

    async def _all_have_room(self) -> None:
        while any(one.congested() for one in self.connections()):
            self._eased.clear()
            await self._eased.wait()
