"""Everything that can be asked, in one hand: what API and console are given."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from queries.alarms import NO_ALARMS, Alarms
from queries.figures import Figures
from queries.gaps import Gaps
from queries.latest import Latest
from queries.ledger import Ledger
from queries.live import Live
from queries.messages import Messages
from queries.points import Points
from queries.progress import Progress
from queries.quarantine import Quarantine
from smartregion.clock import Clock
from smartregion.region import Region
from store.journal.protocol import Book, Log
from store.registry.protocol import AlarmsKept, Registry
from store.series.protocol import SeriesStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Queries:
    """The questions, and what they rest on."""

    region: Region
    clock: Clock
    registry: Registry
    store: SeriesStore
    points: Points
    latest: Latest
    live: Live
    ledger: Ledger
    alarms: Alarms
    quarantine: Quarantine
    messages: Messages
    figures: Figures
    gaps: Gaps
    progress: Callable[[], Sequence[Progress]]
    """The back-fills, one for each application."""


def build(
    region: Region,
    clock: Clock,
    registry: Registry,
    store: SeriesStore,
    log: Log,
    book: Book,
    progress: Callable[[], Sequence[Progress]] = tuple,
    alarms: AlarmsKept = NO_ALARMS,
) -> Queries:
    """Put the questions together. `latest` is empty until its `load` is called."""
    latest = Latest(registry, store)
    return Queries(
        region=region,
        clock=clock,
        registry=registry,
        store=store,
        points=Points(registry, latest, clock),
        latest=latest,
        live=Live(),
        ledger=Ledger(book, log),
        alarms=Alarms(alarms),
        quarantine=Quarantine(book),
        messages=Messages(book, log, registry),
        figures=Figures(store, registry, region.zone, clock),
        gaps=Gaps(registry, clock),
        progress=progress,
    )
