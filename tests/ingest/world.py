"""Ingest on stores in memory and a registry in a file, for tests that follow messages from door to book."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ingest.collector import Collector
from ingest.pipeline import Pipeline, Settled
from ingest.worker import Worker
from smartregion import logs
from smartregion.clock import Clock, SystemClock
from smartregion.region import Region
from store.journal.memory import MemoryBook, MemoryLog
from store.journal.protocol import Entry
from store.registry.sql import SqlRegistry
from store.series.memory import MemorySeries
from store.series.protocol import SeriesStore


class RecordingBook(MemoryBook):
    """A book that also remembers which entry each message got."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[int, int], Entry] = {}

    def settle(self, position: int, entries: Sequence[Entry]) -> int:
        self.entries.update({(position, entry.offset): entry for entry in entries})
        return super().settle(position, entries)


@dataclass
class World:
    """Everything between a source's offer and the book."""

    region: Region
    registry: SqlRegistry
    clock: Clock
    series: SeriesStore = field(default_factory=MemorySeries)
    log: MemoryLog = field(default_factory=MemoryLog)
    book: RecordingBook = field(default_factory=RecordingBook)
    settled: list[Settled] = field(default_factory=list)

    def __post_init__(self) -> None:
        logger = logs.get("test")
        self.collector = Collector(self.log, self.clock, logger)
        self.pipeline = Pipeline(self.region, self.book, self.registry, self.series, self.settled.append)
        self.worker = Worker(self.collector, self.log, self.book, self.pipeline, logger)

    def wait_for_messages(self, number: int, seconds: float = 30) -> None:
        """Wait until so many messages are booked."""
        deadline = time.monotonic() + seconds
        while (booked := sum(row.received for row in self.book.ledger())) < number:
            assert time.monotonic() < deadline, f"{booked} of {number} booked"
            time.sleep(0.02)

    def fate(self) -> dict[bytes, Entry]:
        """What became of each payload."""
        return {
            message.payload: self.book.entries[chunk.position, offset]
            for chunk in self.log.read(0, 100_000)
            for offset, message in enumerate(chunk.messages)
        }


@contextmanager
def running(region: Region, folder: Path, clock: Clock | None = None) -> Iterator[World]:
    """A world whose collector and worker run."""
    world = World(region, SqlRegistry.open(folder / "registry.db", region), clock or SystemClock())
    threads = [threading.Thread(target=run) for run in (world.collector.run, world.worker.run)]
    for thread in threads:
        thread.start()
    try:
        yield world
    finally:
        world.collector.stop()
        world.worker.stop()
        for thread in threads:
            thread.join(10)
        world.registry.close()


def assert_balanced(book: MemoryBook) -> None:
    """The identity of the ledger, row by row."""
    for row in book.ledger():
        assert row.received == row.stored + row.ignored + row.quarantined + row.queued + row.duplicate, row
