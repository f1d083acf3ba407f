"""The log at its bound: what can be kept is kept, the rest is told so, and it ends when there is room."""

import asyncio
import random
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from ingest.collector import Collector
from ingest.webhook import WebhookDoor
from smartregion import logs
from smartregion.clock import SystemClock
from smartregion.errors import Unavailable
from smartregion.model import Message
from store.journal.log_sqlite import SqliteLog

LIMIT = 2_000_000


def noise(number: int) -> Message:
    """20 KB that can't be packed."""
    return Message("mqtt", "wasser", "", number, random.Random(number).randbytes(20_000))


def wait_for(claim: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not claim():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_at_its_bound_the_log_stops_only_what_it_can_not_keep_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    acknowledged: list[int] = []
    healed = threading.Event()
    with closing(SqliteLog(tmp_path / "log.db", limit_bytes=LIMIT)) as log:
        collector = Collector(
            log, SystemClock(), logs.get("test"), max_messages=40, max_bytes=10 * 20_000, healed=healed.set
        )
        door = WebhookDoor(collector, SystemClock())
        thread = threading.Thread(target=collector.run)
        thread.start()
        try:
            offered = fill(collector, acknowledged)
            with pytest.raises(Unavailable):
                asyncio.run(door.take("wasser", b"{}"))
            with pytest.raises(Unavailable):
                collector.keep([noise(10_000 + number) for number in range(50)])
            assert log.size() <= LIMIT
            assert not collector.offer(noise(20_000))
            assert collector.refused == 1

            log.drop([chunk.position for chunk in log.read(0, 10)])
            wait_for(lambda: not collector.away)
            assert healed.is_set()
            asyncio.run(door.take("wasser", b"{}"))
        finally:
            collector.stop()
            thread.join()
    # Everything that was taken is acknowledged, in order; what was refused is not.
    assert acknowledged == offered


def fill(collector: Collector, acknowledged: list[int]) -> list[int]:
    """Offer until nothing more is taken; gives the numbers of what was."""
    taken: list[int] = []
    for number in range(1000):
        while not collector.offer(noise(number), partial(acknowledged.append, number)):
            if collector.away:
                return taken
            time.sleep(0.01)
        taken.append(number)
    raise AssertionError("the log has no bound")
