"""Builds what follows frame counters and keeps gaps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.gap_keeping import GapKeeper
from ingest.gap_thread import GapThread
from ingest.hearing import Hearing
from ingest.outages import Outages
from ingest.pipeline import Settled
from ingest.silences import Silences
from ingest.status import Connections
from queries.progress import Progress
from smartregion.clock import Clock
from smartregion.logs import Logger
from smartregion.region import Region
from store.journal.protocol import Book, Log
from store.registry.sql import SqlRegistry


@dataclass(frozen=True, slots=True)
class GapParts:
    """What keeps gaps."""

    hearing: Hearing
    keeper: GapKeeper
    thread: GapThread

    def beside(self, settled: Callable[[Settled], None]) -> Callable[[Settled], None]:
        """Tell one after the other of what is settled."""

        def both(chunk: Settled) -> None:
            self.hearing.settled(chunk)
            settled(chunk)

        return both


def build(
    region: Region,
    registry: SqlRegistry,
    log: Log,
    book: Book,
    connections: Connections,
    clock: Clock,
    logger: Logger,
    appended: Callable[[], int],
    progress: Callable[[], Sequence[Progress]],
    *,
    listen: bool,
) -> GapParts:
    """Put the parts together. `listen`: the platform runs; else a command only looks after its files."""
    store, hearing, begun = registry.gaps, Hearing(), clock.now()
    outages = Outages(store, connections, clock, listen=listen)
    connected = {each.label for each in region.applications if each.mqtt}

    def listening(application: str) -> int | None:
        if application in connected:
            return connections.connected_since(application)
        return begun if listen else None

    silences = Silences(store, registry, listening, clock)
    keeper = GapKeeper(region, store, hearing, outages, silences, clock, appended, progress)

    def begin() -> None:
        outages.begin()
        hearing.load(store, log, region, book.position())

    return GapParts(hearing, keeper, GapThread(keeper, begin, logger))
