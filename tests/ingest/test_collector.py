"""Collecting: nothing waits for the disk, and nothing that was collected is forgotten."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import pytest

from ingest.collector import CHUNK_MESSAGES, Collector
from smartregion import logs
from smartregion.clock import SystemClock
from smartregion.errors import Unavailable
from smartregion.model import Message
from store.journal.memory import MemoryLog
from store.journal.protocol import Chunk


class FullLog(MemoryLog):
    """A log whose disk is full as often as it is told."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures

    def append(self, messages: Sequence[Message]) -> Chunk:
        if self.failures:
            self.failures -= 1
            raise Unavailable("disk full")
        return super().append(messages)


def message(number: int) -> Message:
    return Message("mqtt", "umwelt", "", number, str(number).encode())


@contextmanager
def running(collector: Collector) -> Iterator[None]:
    thread = threading.Thread(target=collector.run)
    thread.start()
    try:
        yield
    finally:
        collector.stop()
        thread.join()


def offer(collector: Collector, start: int) -> None:
    for number in range(start, start + 1000):
        collector.offer(message(number))


def make(log: MemoryLog, max_messages: int = 50_000, max_bytes: int = 64_000_000) -> Collector:
    return Collector(log, SystemClock(), logs.get("test"), max_messages=max_messages, max_bytes=max_bytes)


def kept(log: MemoryLog) -> list[int]:
    return [each.arrived_at for chunk in log.read(0, 10_000) for each in chunk.messages]


def test_everything_offered_from_many_threads_is_kept_once() -> None:
    log = MemoryLog()
    collector = make(log)
    with running(collector):
        offerers = [threading.Thread(target=offer, args=(collector, start)) for start in range(0, 4000, 1000)]
        for each in offerers:
            each.start()
        for each in offerers:
            each.join()

    assert sorted(kept(log)) == list(range(4000))


def test_chunks_are_bounded() -> None:
    log = MemoryLog()
    collector = make(log)
    for number in range(CHUNK_MESSAGES * 2 + 1):
        collector.offer(message(number))
    with running(collector):
        pass

    assert [len(chunk.messages) for chunk in log.read(0, 100)] == [CHUNK_MESSAGES, CHUNK_MESSAGES, 1]


def test_a_message_is_acknowledged_only_when_it_is_durable() -> None:
    log = FullLog(failures=1)
    collector = make(log)
    acknowledged = threading.Event()
    collector.offer(message(1), acknowledged.set)
    with running(collector):
        assert acknowledged.wait(5)

    assert kept(log) == [1]


def test_messages_wait_in_memory_while_the_disk_is_full() -> None:
    log = FullLog(failures=1)
    collector = make(log)
    for number in range(10):
        collector.offer(message(number))
    with running(collector):
        assert collector.wait_beyond(0, 5)

    assert kept(log) == list(range(10))


def test_what_memory_cannot_hold_is_counted_never_dropped_unseen() -> None:
    collector = make(FullLog(failures=100), max_messages=5)

    for number in range(8):
        collector.offer(message(number))

    assert collector.refused == 3


class Toggle(MemoryLog):
    """A log that is away until it is switched on."""

    on = False

    def append(self, messages: Sequence[Message]) -> Chunk:
        if not self.on:
            raise Unavailable("disk full")
        return super().append(messages)


def test_memory_is_bounded_in_bytes_as_well() -> None:
    collector = make(FullLog(failures=100), max_bytes=1000)
    large = Message("mqtt", "umwelt", "", 1, bytes(400))

    assert [collector.offer(large) for _ in range(4)] == [True, True, False, False]


def test_one_message_above_the_bound_is_taken_when_nothing_else_waits() -> None:
    collector = make(FullLog(failures=100), max_bytes=10)

    assert collector.offer(Message("mqtt", "umwelt", "", 1, bytes(400)))
    assert not collector.offer(message(1))


def test_once_the_log_is_back_there_is_room_and_what_was_lost_live_is_asked_for_once() -> None:
    log, healed = Toggle(), threading.Event()
    collector = Collector(log, SystemClock(), logs.get("test"), max_messages=4, healed=healed.set)
    for number in range(7):
        collector.offer(message(number))
    room = [collector.has_room]
    with running(collector):
        log.on = True
        assert healed.wait(5)
        room.append(collector.has_room)
        healed.clear()
        assert collector.offer(message(7))
        assert collector.wait_beyond(1, 5)

    assert kept(log) == [0, 1, 2, 3, 7]
    assert room == [False, True]
    assert collector.refused == 3
    assert not healed.is_set()


def test_what_waits_for_an_acknowledgement_is_put_off_and_asks_for_no_healing() -> None:
    log, healed = Toggle(), threading.Event()
    acknowledged: list[int] = []
    collector = Collector(log, SystemClock(), logs.get("test"), max_messages=2, healed=healed.set)
    for number in range(5):
        collector.offer(message(number), partial(acknowledged.append, number))
    with running(collector):
        log.on = True
        assert collector.wait_beyond(0, 5)

    assert acknowledged == [0, 1]
    assert (collector.refused, collector.put_off) == (0, 3)
    assert not healed.is_set()


def test_a_full_memory_is_told_once_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    log = Toggle()
    collector = make(log, max_messages=1)
    for _ in range(2):
        log.on = False
        for number in range(50):
            collector.offer(message(number))
        log.on = True
        collector._flush()
    told = capsys.readouterr()
    assert (told.out + told.err).count("memory full") == 2
