"""What happens now, told in process: events come from threads, and go to asynchronous subscribers.

Publishing never waits. A subscriber that reads too slowly loses its oldest events and is told how many.
"""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from queries.progress import Progress
from smartregion.model import Record


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """The readings of one uplink that belong to one point, stored by now."""

    point: str
    device: str
    tenant: str
    domain: str
    time: int
    """When the frame was received."""
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Counted:
    """What was settled since the tick before."""

    time: int
    seconds: float
    received: int = 0
    stored: int = 0
    ignored: int = 0
    quarantined: int = 0
    duplicate: int = 0
    waiting: int = 0
    """Messages of the log that are not booked yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """How far the back-fills have come."""

    progress: tuple[Progress, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Missed:
    """This subscriber was too slow: so many events were dropped for it."""

    count: int


Event = Heard | Counted | Filled | Missed


def heard(time: int, records: Iterable[Record]) -> list[Heard]:
    """The events of one uplink: one for each point that its readings belong to."""
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record.series.point, []).append(record)
    return [
        Heard(point, own[0].series.device, own[0].series.tenant, own[0].series.domain, time, tuple(own))
        for point, own in found.items()
    ]


@dataclass(slots=True, eq=False)
class Subscription:
    """Events for one reader, in the order they were published. Belongs to the event loop it was made in."""

    size: int
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _events: deque[Event] = field(default_factory=deque)
    _missed: int = 0
    _waking: bool = False
    closed: bool = False
    """No more events will come."""

    def offer(self, event: Event) -> None:
        """Put an event in the queue; called from any thread."""
        with self._lock:
            if len(self._events) >= self.size:
                self._events.popleft()
                self._missed += 1
            self._events.append(event)
        self._wake()

    def close(self) -> None:
        """Let the reader finish what is queued, then end."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        if self._waking or self._loop.is_closed():
            return
        self._waking = True
        self._loop.call_soon_threadsafe(self._woken.set)

    def _next(self) -> Event | None:
        with self._lock:
            if self._missed:
                missed, self._missed = self._missed, 0
                return Missed(missed)
            return self._events.popleft() if self._events else None

    async def take(self, seconds: float | None = None) -> Event | None:
        """The next event; None when none came within the seconds, or no more will come."""
        while (event := self._next()) is None and not self.closed:
            self._waking = False
            if (event := self._next()) is not None:
                break
            try:
                async with asyncio.timeout(seconds):
                    await self._woken.wait()
            except TimeoutError:
                return None
            self._woken.clear()
        return event

    async def __aiter__(self) -> AsyncIterator[Event]:
        while (event := await self.take()) is not None:
            yield event


class Live:
    """Brings events from those who publish to those who subscribe."""

    def __init__(self, size: int = 1000) -> None:
        """`size`: how many events are kept for a slow subscriber."""
        self._size = size
        self._lock = threading.Lock()
        self._subscriptions: tuple[Subscription, ...] = ()
        self._closed = False

    @property
    def listening(self) -> bool:
        """Whether anybody subscribed; else events need not even be made."""
        return bool(self._subscriptions)

    def publish(self, event: Event) -> None:
        """Tell everybody; from any thread, never waits."""
        for subscription in self._subscriptions:
            subscription.offer(event)

    @contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        """Events from now on, until the block is left. Called in the event loop that reads them."""
        subscription = Subscription(self._size)
        with self._lock:
            self._subscriptions = (*self._subscriptions, subscription)
            subscription.closed = self._closed
        try:
            yield subscription
        finally:
            with self._lock:
                self._subscriptions = tuple(each for each in self._subscriptions if each is not subscription)

    def close(self) -> None:
        """End all subscriptions, now and to come: the service stops."""
        with self._lock:
            self._closed = True
            open_ones = self._subscriptions
        for subscription in open_ones:
            subscription.close()
