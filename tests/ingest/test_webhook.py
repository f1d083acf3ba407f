"""The webhook's way to the journal: told to be durable only when it is."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from ingest.collector import Collector
from ingest.webhook import WebhookDoor
from smartregion import logs
from smartregion.clock import ManualClock
from smartregion.errors import Unavailable
from smartregion.model import Message
from store.journal.memory import MemoryLog
from store.journal.protocol import Chunk


class Gate(MemoryLog):
    """A log that takes messages only while it is open, and refuses or stands still otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()
        self.stands = False

    def append(self, messages: Sequence[Message]) -> Chunk:
        if not self.open.wait(5 if self.stands else 0):
            raise Unavailable("disk full")
        return super().append(messages)


@contextmanager
def running(collector: Collector) -> Iterator[None]:
    thread = threading.Thread(target=collector.run)
    thread.start()
    try:
        yield
    finally:
        collector.stop()
        thread.join()


def make(log: MemoryLog, seconds: float = 5, max_messages: int = 100) -> tuple[Collector, WebhookDoor]:
    collector = Collector(log, ManualClock(7), logs.get("test"), max_messages=max_messages)
    return collector, WebhookDoor(collector, ManualClock(7), seconds)


def payloads(log: MemoryLog) -> list[bytes]:
    return [each.payload for chunk in log.read(0, 1000) for each in chunk.messages]


def test_it_returns_when_the_log_holds_the_message() -> None:
    log = Gate()
    log.open.set()
    collector, door = make(log)
    with running(collector):
        asyncio.run(door.take("wasser", b"{}"))
        assert [chunk.messages for chunk in log.read(0)] == [(Message("webhook", "wasser", "", 7, b"{}"),)]


def test_many_at_once_become_durable_together() -> None:
    log = Gate()
    log.open.set()
    collector, door = make(log)

    async def many() -> None:
        await asyncio.gather(*(door.take("wasser", b"%d" % number) for number in range(60)))

    with running(collector):
        asyncio.run(many())
        assert sorted(payloads(log)) == sorted(b"%d" % number for number in range(60))
        assert len(list(log.read(0, 100))) < 10


def test_while_the_log_is_away_nobody_is_told_that_it_is_kept_and_later_it_may_come_again() -> None:
    log = Gate()
    collector, door = make(log, seconds=0.6)
    with running(collector):
        with pytest.raises(Unavailable, match="has not answered"):
            asyncio.run(door.take("wasser", b"first"))
        with pytest.raises(Unavailable, match=r"can't take messages just now$"):
            asyncio.run(door.take("wasser", b"second"))
        log.open.set()
        assert collector.wait_beyond(0, 5)
        while collector.away:
            pass
        asyncio.run(door.take("wasser", b"second"))

    # What was in hand is not thrown away; sent again, it is a duplicate.
    assert payloads(log) == [b"first", b"second"]


def test_what_does_not_fit_into_memory_is_not_taken_and_not_lost_live() -> None:
    log = Gate()
    collector, door = make(log, max_messages=1)
    collector.offer(Message("mqtt", "wasser", "", 1, b"live"))
    with pytest.raises(Unavailable, match="no more fit into memory"):
        asyncio.run(door.take("wasser", b"more"))
    assert (collector.refused, collector.put_off) == (0, 1)


def test_who_has_gone_meanwhile_stops_nobody() -> None:
    log = Gate()
    log.stands = True
    collector, door = make(log, seconds=0.3)
    with running(collector):
        with pytest.raises(Unavailable):
            asyncio.run(door.take("wasser", b"patience is short"))
        # The loop of whoever asked is closed by now.
        log.open.set()
        asyncio.run(door.take("wasser", b"next"))
    assert payloads(log) == [b"patience is short", b"next"]
