"""Opens everything that rests in a data folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

from cli.series_store import open_series
from smartregion.clock import Clock
from smartregion.region import Region
from store.folder import DataFolder
from store.journal.book_sqlite import SqliteBook
from store.journal.log_sqlite import SqliteLog
from store.registry.sql import SqlRegistry
from store.series.protocol import SeriesStore

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that rests in a data folder, open."""

    log: SqliteLog
    book: SqliteBook
    registry: SqlRegistry
    series: SeriesStore
    data: Path
    """The folder itself."""

    @classmethod
    def open(cls, folder: DataFolder, region: Region, clock: Clock, environment: Mapping[str, str] = NOTHING) -> Self:
        """Open (or begin) the stores. `environment`: where tokens may stand.

        Raises:
            Misconfigured, Unavailable: with the file that can't be used, or the token that is missing.
        """
        book = SqliteBook(folder.book, clock=clock)
        # A log begun anew beside an older book goes on after it, or its messages would count as booked.
        log = SqliteLog(folder.log, limit_bytes=region.journal.max_megabytes * 1_000_000, after=book.position())
        registry = SqlRegistry.open(folder.registry, region)
        series = open_series(folder, region, clock, environment)
        return cls(log, book, registry, series, folder.path)

    def close(self) -> None:
        """Let go of all files."""
        self.series.close()
        self.registry.close()
        self.book.close()
        self.log.close()
