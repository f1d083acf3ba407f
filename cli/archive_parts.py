"""Builds the archive job and the runs of redecode of a data folder."""

import hashlib
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from decoders.library import Library
from ingest.redecode import Redecode
from jobs.archive import Archiver
from queries.latest import Latest
from smartregion.clock import Clock
from smartregion.logs import Logger
from smartregion.model import Record
from smartregion.region import Region
from smartregion.timestamps import LATEST
from store.journal.protocol import Book
from store.registry.protocol import Registry
from store.series.protocol import Selection, SeriesStore

PROCESSES: Final = 2
"""That decode side by side, with low priority."""


def archiver(data: Path, region: Region, clock: Clock, logger: Logger) -> Archiver | None:
    """The archive job of a data folder; None when the region file keeps no archive."""
    days = region.retention.archive_days
    command = [sys.executable, "-m", "cli.archiving", str(data)]
    return Archiver(command, days, region.zone, clock, logger) if days else None


def redecode(
    data: Path,
    store: SeriesStore,
    book: Book,
    registry: Registry,
    latest: Latest,
    readings_from: Callable[[], int],
    library: Library,
    logger: Logger,
) -> Redecode:
    """What runs archived messages through the decoders again."""

    def changed(devices: Collection[str]) -> None:
        refresh(latest, store, devices)

    return Redecode(
        [sys.executable, "-m", "cli.redecode_worker", str(data)],
        data / "redecode.json",
        store,
        book,
        registry,
        readings_from=readings_from,
        decoders=lambda: all_decoders(library),
        changed=changed,
        logger=logger,
        processes=PROCESSES,
    )


def refresh(latest: Latest, store: SeriesStore, devices: Collection[str]) -> None:
    """Ask the store for the newest readings of these devices: what was the newest may be gone. Raises Unavailable."""
    newest = store.edges(store.series(Selection(devices=devices)), LATEST, LATEST)
    latest.forget(devices)
    latest.update(Record(series, *before) for series, (before, _) in newest.items() if before is not None)


def all_decoders(library: Library) -> str:
    """Names all decoders with their versions, in a few letters."""
    labels = sorted(known.label for known in library.all())
    return hashlib.blake2b("\n".join(labels).encode(), digest_size=16).hexdigest()
