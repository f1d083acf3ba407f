"""Builds what watches over the platform, and what tells operators of it."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from prometheus_client import CollectorRegistry, Gauge

from ingest.pipeline import Settled
from ingest.skew import Skew
from ingest.status import Connections, Link
from jobs.alarm_measures import Balance, Battery, Journal, Lost, Parts, Quarantine, Silence
from jobs.alarms import Alarms
from jobs.ledger_check import LedgerCheck
from jobs.notify import Notifier
from jobs.posting import Post
from jobs.schedule import WATCHING, Task
from queries.latest import Latest, Newest
from smartregion.clock import Clock
from smartregion.errors import Misconfigured, Unavailable
from smartregion.logs import Logger
from smartregion.region import Region
from store.journal.protocol import Book, Log
from store.registry.sql import SqlRegistry
from store.series.protocol import Selection, SeriesStore

LOOK_SECONDS, TELL_SECONDS = 30, 15
# Frames of more chunks than these not taken yet: what was heard last is not known.
BEHIND = 2


class Receiving(Protocol):
    """What takes messages to the log."""

    refused: int
    """Messages lost live."""
    put_off: int
    """Messages not taken whose sender was told so."""

    @property
    def away(self) -> bool:
        """Whether the log can't be written."""
        ...


class Working(Protocol):
    """What takes chunks to the stores."""

    def behind(self) -> int:
        """Chunks that wait."""
        ...


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched over."""

    region: Region
    registry: SqlRegistry
    series: SeriesStore
    log: Log
    book: Book
    data: Path
    latest: Latest
    connections: Connections
    collector: Receiving
    worker: Working
    skew: Skew
    ledger: LedgerCheck
    metrics: CollectorRegistry


class AlarmParts:
    """The work to be done by the clock."""

    def __init__(self, watched: Watched, receivers: Mapping[str, str], clock: Clock, logger: Logger) -> None:
        """`receivers`: the address of each by its name."""
        region, registry = watched.region, watched.registry
        self._post = Post()
        told = dict.fromkeys(region.notify.kinds, tuple(receivers))
        parts = _parts(watched, clock)
        alarms = Alarms(
            registry.alarms,
            parts,
            lambda each: registry.device(each) is not None,
            told,
            clock,
            logger,
            watched.metrics,
        )
        _add_gauges(watched)
        of_region = (region.name, region.zone, region.language)
        notifier = Notifier(registry.alarms, receivers, self._post.send, region.notify, of_region, clock, logger)
        self.tasks = [Task("alarms", LOOK_SECONDS, alarms.look, WATCHING)]
        if receivers:
            self.tasks.append(Task("notices", TELL_SECONDS, notifier.tell, WATCHING))

    def stop(self) -> None:
        """End what is being sent."""
        self._post.stop()


def _add_gauges(watched: Watched) -> None:
    lost = Gauge(
        "smartregion_messages_lost_live",
        "Messages that did not fit into memory while the journal was away; the back-fill fetches them",
        registry=watched.metrics,
    )
    lost.set_function(lambda: watched.collector.refused)
    put_off = Gauge(
        "smartregion_messages_put_off", "Messages not taken whose sender was told so", registry=watched.metrics
    )
    put_off.set_function(lambda: watched.collector.put_off)


def beside(skew: Skew, settled: Callable[[Settled], None]) -> Callable[[Settled], None]:
    """Tell one after the other of what is settled."""

    def both(chunk: Settled) -> None:
        skew.settled(chunk)
        settled(chunk)

    return both


def _parts(watched: Watched, clock: Clock) -> tuple[Silence, Battery, Quarantine, Lost, Parts, Journal, Balance]:
    log, bound = watched.log, watched.region.journal.max_megabytes * 1_000_000
    return (
        Silence(watched.registry.devices, _hearing(watched, clock.now()), clock),
        Battery(lambda quantity: _newest(watched.latest, quantity), clock),
        Quarantine(watched.book.ledger, clock),
        Lost(watched.registry.gaps.counts, clock),
        Parts(
            lambda: _links(watched.connections),
            lambda: _answers(watched.series),
            watched.series.held,
            watched.skew.seconds,
        ),
        Journal(log.size, bound, lambda: shutil.disk_usage(watched.data).free, lambda: not watched.collector.away),
        Balance(lambda: [f"{application} {day.isoformat()}" for application, day in watched.ledger.failing]),
    )


def _hearing(watched: Watched, begun: int) -> Callable[[str], int | None]:
    """Since when an application is heard; None while it is not, or while what was heard waits for a store."""
    by_mqtt = {each.label for each in watched.region.applications if each.mqtt}

    def since(application: str) -> int | None:
        if watched.worker.behind() > BEHIND:
            return None
        return watched.connections.connected_since(application) if application in by_mqtt else begun

    return since


def _newest(latest: Latest, quantity: str) -> list[Newest]:
    return latest.select(Selection(quantities=(quantity,)))


def _links(connections: Connections) -> dict[str, bool]:
    decided = (each for each in connections.all() if each.link is not Link.CONNECTING)
    return {each.application: each.link is Link.CONNECTED for each in decided}


def _answers(series: SeriesStore) -> bool:
    try:
        series.check()
    except (Unavailable, Misconfigured):
        return False
    return True
